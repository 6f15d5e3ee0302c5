using CommandLine;

namespace MapReduce.Cli.Generate;

/// <summary>The options of <c>mr generate</c>.</summary>
internal sealed class GenerateOptions
{
    [Value(0, MetaName = "KIND", HelpText = "What to make: text, logs or records.")]
    public string? Kind { get; set; }

    [Option('o', "output", HelpText = "The file to write.")]
    public string? Output { get; set; }

    [Option('s', "size", Default = "64MiB", HelpText = "About how much, such as 64MiB. Lines and records are not cut.")]
    public string Size { get; set; } = "64MiB";

    [Option("seed", Default = 1UL, HelpText = "The same seed gives the same bytes. Records are numbered instead: see --begin.")]
    public ulong Seed { get; set; } = 1;

    [Option("words", Default = 100_000, HelpText = "For text: how many different words there are.")]
    public int Words { get; set; } = 100_000;

    [Option("exponent", Default = 1.05, HelpText = "For text: how unequally often they occur. Word number n occurs in proportion to n to the power of -EXPONENT; 0 makes all equal.")]
    public double Exponent { get; set; } = 1.05;

    [Option("begin", Default = 0L, HelpText = "For records: the number of the first.")]
    public long Begin { get; set; }

    [Option("binary", HelpText = "For records: the binary layout instead of the ASCII one.")]
    public bool Binary { get; set; }

    [Option("overwrite", HelpText = "Replace the file if there is one.")]
    public bool Overwrite { get; set; }
}
