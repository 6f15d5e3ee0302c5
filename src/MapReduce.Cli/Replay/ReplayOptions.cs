using CommandLine;
using MapReduce.Cli.Cluster;

namespace MapReduce.Cli.Replay;

/// <summary>The options of <c>mr job replay</c>.</summary>
internal sealed class ReplayOptions : ConnectionOptions
{
    [Value(0, MetaName = "JOB", HelpText = "The job: its id, the beginning of one, or its name.")]
    public string? Job { get; set; }

    [Value(1, MetaName = "TASK", HelpText = "The task, such as s0-m00012, or one attempt at it, such as s0-m00012-a1. Default: the last that failed.")]
    public string? Task { get; set; }

    [Option("debug", HelpText = "Wait until a debugger is attached to this process.")]
    public bool Debug { get; set; }

    [Option("keep", HelpText = "A folder for what the attempt makes, which stays. Default: a temporary one.")]
    public string? Keep { get; set; }
}
