using CommandLine;
using MapReduce.Sdk;

namespace Join;

public sealed class JoinOptions
{
    [Option("kind", Default = JoinKind.Inner, HelpText = "Inner, LeftOuter, RightOuter or FullOuter.")]
    public JoinKind Kind { get; set; }

    [Option("missing", Default = "", HelpText = "What stands for the value of a side that lacks the key.")]
    public string Missing { get; set; } = "";
}
