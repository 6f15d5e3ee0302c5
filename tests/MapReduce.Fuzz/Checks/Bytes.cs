using System.Globalization;
using System.Text;

namespace MapReduce.Fuzz.Checks;

/// <summary>Shows bytes to people.</summary>
internal static class Bytes
{
    private const int Before = 30;
    private const int Behind = 50;

    /// <summary>All bytes, one after another.</summary>
    public static byte[] Joined(IEnumerable<byte[]> parts)
    {
        using var all = new MemoryStream();
        foreach (var part in parts) all.Write(part);
        return all.ToArray();
    }

    /// <summary>Where bytes first differ.</summary>
    public static string Difference(byte[] wanted, byte[] found)
    {
        var same = wanted.AsSpan().CommonPrefixLength(found);
        return string.Create(CultureInfo.InvariantCulture, $"{found.Length} bytes, and there have to be {wanted.Length}; at {same} there has to be {Shown(Around(wanted, same))}, and there is {Shown(Around(found, same))}");
    }

    /// <summary>The same of text that has a character for each byte.</summary>
    public static string Difference(string wanted, string found) => Difference(Encoding.Latin1.GetBytes(wanted), Encoding.Latin1.GetBytes(found));

    public static string Shown(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("«");
        foreach (var value in bytes[..Math.Min(bytes.Length, Before + Behind)]) text.Append(value is >= 0x20 and < 0x7F ? ((char)value).ToString() : $"\\x{value:X2}");
        return text.Append(bytes.Length > Before + Behind ? "…»" : "»").ToString();
    }

    private static ReadOnlySpan<byte> Around(byte[] bytes, int place) => bytes.AsSpan(Math.Max(0, place - Before), Math.Min(bytes.Length, place + Behind) - Math.Max(0, place - Before));
}
