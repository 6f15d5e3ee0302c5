using MapReduce.Node.Telemetry;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>Warns of what is refused, at a pace that nobody outside can set: some lines at once, then one a second that says how many more there were.</summary>
/// <param name="log">The log.</param>
/// <param name="time">The clock.</param>
public sealed class RefusalLog(ILogger log, TimeProvider time)
{
    private const int Longest = 200;

    private readonly LogPace pace = new(time);

    /// <summary>Warns, or counts what would be too much.</summary>
    /// <param name="template">The sentence, with names in braces where values go.</param>
    /// <param name="values">The values; those that a caller chooses are <see cref="Short"/>.</param>
    public void Warn(string template, params object?[] values)
    {
        if (!pace.Admits(out var more)) return;
        if (more == 0) log.LogWarning(template, values);
        else log.LogWarning(template + " And {More} more since the line before.", [.. values, more]);
    }

    /// <summary>What a caller sends, as it may stand in a log: the beginning of it.</summary>
    public static string Short(string text) => text.Length <= Longest ? text : $"{text[..Longest]}…";
}
