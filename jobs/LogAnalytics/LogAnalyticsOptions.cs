using CommandLine;

namespace LogAnalytics;

public sealed class LogAnalyticsOptions
{
    [Option("top", Default = 20, HelpText = "How many URLs the list of the most requested has.")]
    public int Top { get; set; } = 20;
}
