using CommandLine;

namespace MapReduce.Cli.Cat;

/// <summary>The options of <c>mr cat</c>.</summary>
internal sealed class CatOptions
{
    [Value(0, MetaName = "OUTPUT", HelpText = "The output folder of a job.")]
    public string? Output { get; set; }

    [Option('n', "name", HelpText = "The named output to show, where the job wrote several.")]
    public string? Name { get; set; }
}
