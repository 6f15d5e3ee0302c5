using System.Globalization;
using System.Text.RegularExpressions;

namespace MapReduce.Soak;

/// <summary>The beginning of a master's reign, by the log of its node.</summary>
/// <param name="At">When, in local time.</param>
/// <param name="Epoch">Its number.</param>
/// <param name="Recovery">How long the master took since it was started.</param>
/// <param name="Records">How many records of its journal it read beside the snapshot.</param>
internal readonly partial record struct Reign(DateTime At, long Epoch, TimeSpan Recovery, int Records)
{
    /// <summary>All that a log tells of.</summary>
    public static IEnumerable<Reign> Of(string log) => Line().Matches(log).Select(line => new Reign(
        DateTime.ParseExact(line.Groups["at"].Value, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        Number(line, "epoch"),
        TimeSpan.FromMilliseconds(Number(line, "recovery")),
        (int)Number(line, "records")));

    private static long Number(Match line, string group) => long.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<at>\S+ \S+) .*Reign (?<epoch>\d+) begins with .*, (?<recovery>\d+) ms after its start, in which (?<records>\d+) records", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
