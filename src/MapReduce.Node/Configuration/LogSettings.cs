using Akka.Configuration;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Configuration;

/// <summary>How the node logs, on standard output.</summary>
/// <param name="Json">One JSON object a line, rather than text.</param>
/// <param name="Level">The least that is logged.</param>
public sealed record LogSettings(bool Json, LogLevel Level)
{
    internal static LogSettings Read(Config config)
    {
        var (format, level) = (config.GetString("format"), config.GetString("level"));
        return new LogSettings(
            format switch { "text" => false, "json" => true, _ => throw new ConfigurationException($"mapreduce.log.format is '{format}'. It may be text or json.") },
            level switch
            {
                "debug" => LogLevel.Debug,
                "info" => LogLevel.Information,
                "warning" => LogLevel.Warning,
                "error" => LogLevel.Error,
                _ => throw new ConfigurationException($"mapreduce.log.level is '{level}'. It may be debug, info, warning or error."),
            });
    }
}
