using System.Globalization;
using MapReduce.Cluster.Tests;

namespace MapReduce.Soak;

/// <summary>Text to count the words of, and the result that a run in one process gives. Its last line holds up a job whose gate is shut.</summary>
internal sealed class Words
{
    private const int WordsOfLine = 8;

    private readonly byte[][] expected;

    /// <param name="folder">Where the text is written.</param>
    /// <param name="lines">How many lines.</param>
    /// <param name="split">The size of a split in bytes.</param>
    /// <param name="partitions">The number of partitions.</param>
    public Words(string folder, int lines, int split, int partitions)
    {
        Input = Path.Combine(folder, "text");
        Arguments = ["--job", "Gated", "--input", Input, "--split", $"{split}", "--partitions", $"{partitions}"];
        Count = ((long)lines * WordsOfLine) + 1;
        var random = new Random(7);
        File.WriteAllLines(Input, Enumerable.Range(0, lines).Select(_ => string.Join(' ', Enumerable.Range(0, WordsOfLine).Select(_ => $"word{random.Next(20_000)}"))).Append("gate"));
        var output = Path.Combine(folder, "expected");
        var (code, _, error) = Mr.Run(["run", Job, "-q", "--output", output, .. Arguments]);
        if (code != 0) throw new InvalidOperationException(error);
        expected = Read(output);
    }

    public static string Job => Mr.Job("MapReduce.TestJobs");

    public string Input { get; }

    public IReadOnlyList<string> Arguments { get; }

    /// <summary>How many words the text has.</summary>
    public long Count { get; }

    /// <summary>What is wrong with a result; null where nothing is.</summary>
    public string? Difference(string output, IReadOnlyDictionary<string, long> counters)
    {
        if (counters["words"] != Count) return string.Create(CultureInfo.InvariantCulture, $"the counter says {counters["words"]} words, and there are {Count}");
        var made = Read(output);
        if (made.Length != expected.Length) return $"there are {made.Length} parts and should be {expected.Length}";
        var wrong = Enumerable.Range(0, made.Length).Where(part => !made[part].AsSpan().SequenceEqual(expected[part])).ToList();
        return wrong.Count == 0 ? null : $"these parts are wrong: {string.Join(", ", wrong)}";
    }

    private static byte[][] Read(string output) => [.. Directory.GetFiles(output, "part-*").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
}
