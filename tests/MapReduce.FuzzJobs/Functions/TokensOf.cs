using System.Globalization;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.FuzzJobs.Functions;

/// <summary>Cuts records into what becomes keys and values.</summary>
internal static class TokensOf
{
    private const byte Expands = (byte)'^';

    public static IReadOnlyList<byte[]> Record(EmitPlan plan, RecordView record) => plan.Tokens switch
    {
        Tokens.Whole => [record.Raw],
        Tokens.Spaces => Cut(record.Raw),
        _ => record.Words,
    };

    /// <summary>The bytes that a token stands for: after <c>^</c> and a number, so many of them, so that a short input has long keys.</summary>
    public static byte[] Expand(byte[] token)
    {
        if (token.Length is < 2 or > 12 || token[0] != Expands) return token;
        var digits = token.AsSpan(1);
        var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (end < 0) end = digits.Length;
        if (end is 0 or > 7) return token;
        var longer = new byte[int.Parse(digits[..end], CultureInfo.InvariantCulture)];
        longer.AsSpan().Fill((byte)'k');
        // Such keys differ at their ends only.
        var tail = digits[Math.Max(end, digits.Length - longer.Length)..];
        tail.CopyTo(longer.AsSpan(longer.Length - tail.Length));
        return longer;
    }

    private static List<byte[]> Cut(byte[] raw)
    {
        var tokens = new List<byte[]>();
        foreach (var range in raw.AsSpan().Split((byte)' ')) tokens.Add(raw[range]);
        return tokens;
    }
}
