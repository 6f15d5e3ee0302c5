using CommandLine;

namespace MapReduce.Cli.Validate;

/// <summary>The options of <c>mr validate</c>.</summary>
internal sealed class ValidateOptions
{
    [Value(0, MetaName = "KIND", HelpText = "What to check: sort, or output.")]
    public string? Kind { get; set; }

    [Value(1, MetaName = "PATH", HelpText = "sort: a file of records, or an output folder, whose parts are read in the order of their names. output: the folder that a job has written.")]
    public string? Path { get; set; }

    [Option("record", Default = 100, HelpText = "The length of a record in bytes.")]
    public int Record { get; set; } = 100;

    [Option("key", Default = 10, HelpText = "The length of the key at its beginning.")]
    public int Key { get; set; } = 10;

    [Option("input", HelpText = "What was sorted, a file or a folder: must hold the same records.")]
    public string? Input { get; set; }
}
