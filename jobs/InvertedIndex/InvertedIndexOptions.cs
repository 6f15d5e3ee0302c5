using CommandLine;

namespace InvertedIndex;

public sealed class InvertedIndexOptions
{
    [Option("separator", Default = ",", HelpText = "What stands between file names.")]
    public string Separator { get; set; } = ",";

    [Option("count", HelpText = "Write the number of files before their names.")]
    public bool Count { get; set; }

    [Option("stem", HelpText = "Write file names without their extension.")]
    public bool Stem { get; set; }

    [Option("sorted", HelpText = "Put the words in order across all parts.")]
    public bool Sorted { get; set; }
}
