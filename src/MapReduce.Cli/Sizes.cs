using System.Globalization;

namespace MapReduce.Cli;

/// <summary>Reads and writes sizes in bytes.</summary>
internal static class Sizes
{
    private static readonly (string Unit, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1),
    ];

    /// <summary>Reads a positive size such as <c>64MiB</c>, <c>10GB</c> or <c>4096</c>.</summary>
    /// <exception cref="UserException">It is none.</exception>
    public static long Parse(string text, string option)
    {
        var (unit, factor) = Units.FirstOrDefault(unit => text.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        var number = text[..(text.Length - unit.Length)].Trim();
        if (decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 && value * factor is >= 1 and < long.MaxValue)
            return (long)(value * factor);
        throw new UserException(ExitCode.Usage, $"'{text}' is no size for --{option}. Give a positive number, with a unit if you like: 4096, 64MiB, 1.5GB.");
    }

    /// <summary>A size as people read it.</summary>
    public static string Show(double bytes)
    {
        foreach (var (unit, factor) in (ReadOnlySpan<(string, double)>)[("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)])
            if (bytes >= factor) return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor:0.0} {unit}");
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B");
    }

    /// <summary>A speed as people read it.</summary>
    public static string ShowSpeed(long bytes, TimeSpan duration)
        => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6 / Math.Max(0.001, duration.TotalSeconds):0} MB/s");

    /// <summary>A duration as people read it.</summary>
    public static string Show(TimeSpan duration)
    {
        var culture = CultureInfo.InvariantCulture;
        if (duration.TotalMinutes >= 1) return string.Create(culture, $"{(int)duration.TotalMinutes} min {duration.Seconds} s");
        return duration.TotalSeconds >= 1 ? string.Create(culture, $"{duration.TotalSeconds:0.0} s") : string.Create(culture, $"{duration.TotalMilliseconds:0} ms");
    }
}
