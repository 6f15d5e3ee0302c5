using CommandLine;

namespace WordCount;

public sealed class WordCountOptions
{
    [Option("sorted", HelpText = "Put the words in order across all parts, so that the parts, read one after another, are sorted.")]
    public bool Sorted { get; set; }
}
