using System.Globalization;
using System.Text;
using MapReduce.Fuzz.Cases;

namespace MapReduce.Fuzz.Inputs;

/// <summary>The tokens of records: each record follows from the seed of its file and its number alone, so that a file with fewer of them has the same ones.</summary>
internal sealed class RecordText(FilePlan file)
{
    private const int MostTokens = 6;

    // Where something in the engine or the readers ends: keys in table entries, varints, blocks and buffers, records, hoards of long keys.
    private static readonly int[] Limits = [15, 16, 64, 127, 128, 255, 256, 470, 512, 1024, 4096, 16384, 65526, 65536, 131_072, 262_144, 1 << 20, 4 << 20];

    private static readonly string[] Letters = ["a", "ä", "Z", "é", "\u4E2D", "\U0001F600", "o"];
    private static readonly byte[] Odd = [0, 1, 9, 13, 0x7F, 0x80, 0xBF, 0xC3, 0xE2, 0xED, 0xA0, 0xF0, 0xFE, 0xFF, (byte)'"', (byte)','];

    /// <summary>The tokens of a record, none of which has a space or the end of a line in it.</summary>
    public IReadOnlyList<byte[]> Tokens(int record)
    {
        var random = new Randomness((ulong)file.Seed * 0x9E3779B97F4A7C15 + (ulong)record);
        var tokens = new byte[random.Between(record % 9 == 0 ? 0 : 1, MostTokens)][];
        for (var i = 0; i < tokens.Length; i++) tokens[i] = Token(random);
        return tokens;
    }

    /// <summary>The tokens as text, with nothing in them that text cannot have.</summary>
    public IReadOnlyList<string> Texts(int record) => [.. Tokens(record).Select(Encoding.UTF8.GetString)];

    private byte[] Token(Randomness random)
    {
        var kind = random.Between(0, 99);
        if (kind < 6 && file.Longest > 0) return Encoding.ASCII.GetBytes($"^{Long(random)}{(char)('a' + random.Between(0, 2))}");
        if (kind < 8 && file.Longest > 0) return [.. Enumerable.Repeat((byte)'l', Math.Min(Long(random), 70_000)), (byte)('0' + random.Between(0, 9))];
        if (kind < 20 && file.IsOdd) return [.. Enumerable.Range(0, random.Between(0, 4)).Select(_ => random.Of(Odd))];
        var word = random.Between(0, file.Words - 1);
        return Encoding.UTF8.GetBytes(kind < 30 ? word.ToString(CultureInfo.InvariantCulture) : $"{Letters[word % Letters.Length]}w{word}");
    }

    private int Long(Randomness random)
    {
        var reached = Limits.Count(limit => limit <= file.Longest);
        // Most are at the shorter of the limits: there are more of these, and memory is not endless.
        return Math.Max(1, Limits[random.Between(0, random.Between(0, Math.Max(0, reached - 1)))] + random.Between(-34, 3));
    }
}
