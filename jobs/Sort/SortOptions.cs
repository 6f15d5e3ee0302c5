using CommandLine;

namespace Sort;

public sealed class SortOptions
{
    [Option("record", HelpText = "The length of a record in bytes. Without it, lines are sorted.")]
    public int Record { get; set; }

    [Option("key", Default = 10, HelpText = "The length of the key at the beginning of a record.")]
    public int Key { get; set; } = 10;
}
