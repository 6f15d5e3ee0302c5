using System.Text;

namespace MapReduce.Benchmarks;

/// <summary>Texts like natural ones: a few words are frequent, most are rare (Zipf).</summary>
internal static class Words
{
    private const int Vocabulary = 50_000;

    public static byte[][] Draw(int count)
    {
        var random = new Random(1);
        var words = Enumerable.Range(0, Vocabulary).Select(_ => Word(random)).ToArray();
        var drawn = new byte[count][];
        for (var i = 0; i < count; i++) drawn[i] = words[(int)(Math.Pow(Vocabulary, random.NextDouble()) - 1)];
        return drawn;
    }

    public static byte[] Text(int count, byte separator)
    {
        using var text = new MemoryStream();
        foreach (var word in Draw(count))
        {
            text.Write(word);
            text.WriteByte(separator);
        }
        return text.ToArray();
    }

    private static byte[] Word(Random random)
        => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(2, 12)).Select(_ => (char)('a' + random.Next(26)))));
}
