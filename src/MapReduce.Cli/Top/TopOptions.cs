using CommandLine;
using MapReduce.Cli.Cluster;

namespace MapReduce.Cli.Top;

/// <summary>The options of <c>mr top</c>.</summary>
internal sealed class TopOptions : ConnectionOptions
{
    [Option("once", HelpText = "Show the cluster once instead of live, as where the output is no terminal.")]
    public bool Once { get; set; }
}
