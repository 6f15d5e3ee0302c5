using CommandLine;

namespace Grep;

public sealed class GrepOptions
{
    [Option("pattern", HelpText = "The regular expression.")]
    public string? Pattern { get; set; }

    [Option("lines", HelpText = "Write the matching lines instead of counting matches.")]
    public bool Lines { get; set; }
}
