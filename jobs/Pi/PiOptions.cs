using CommandLine;

namespace Pi;

public sealed class PiOptions
{
    [Option("maps", Default = 16L, HelpText = "The number of map tasks.")]
    public long Maps { get; set; } = 16;

    [Option("points", Default = 100000L, HelpText = "The number of points of each task.")]
    public long Points { get; set; } = 100_000;
}
