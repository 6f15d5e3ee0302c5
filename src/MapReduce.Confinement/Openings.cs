using System.Globalization;
using System.Text;

namespace MapReduce.Confinement;

/// <summary>Openings as a node tells them to an executor: for each the number of its rights, a space and its path, and a NUL, which no path has.</summary>
public static class Openings
{
    /// <summary>Writes openings.</summary>
    public static byte[] Write(IEnumerable<Opening> openings)
        => Encoding.UTF8.GetBytes(string.Concat(openings.Select(opening => string.Create(CultureInfo.InvariantCulture, $"{(int)opening.Rights} {opening.Path}\0"))));

    /// <summary>Reads openings.</summary>
    /// <exception cref="FormatException">The bytes are none.</exception>
    public static IReadOnlyList<Opening> Read(byte[] bytes) => [.. Encoding.UTF8.GetString(bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ReadOne)];

    private static Opening ReadOne(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 ? new Opening(text[(space + 1)..], (Rights)int.Parse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture)) : throw new FormatException($"'{text}' is no opening.");
    }
}
