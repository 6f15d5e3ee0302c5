using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>Texts travel as bits of a set where the same come again, and as lists where not; neither may show.</summary>
public sealed class DistinctValuesTests
{
    public static TheoryData<string, int, int, int> Shapes => new()
    {
        { "one set of texts", 150_000, 400, 20 },
        { "set after set", 400_000, 400, 150 },
        { "texts that never come again", 100_000, 400, 100_000 },
        { "first sets, then lists", 300_000, 50, 90_000 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Each_key_has_its_different_texts_in_byte_order(string shape, int rows, int keys, int texts)
    {
        var pairs = Pairs(shape, rows, keys, texts);
        var input = string.Join('\n', pairs.Select(pair => $"{pair.Key} {pair.Text}"));
        var expected = pairs.GroupBy(pair => pair.Key)
            .Select(group => $"{group.Key}\t{string.Join(',', group.Select(pair => pair.Text).Distinct().Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal).ToList();
        foreach (var settings in (LocalSettings[])[
            new() { Slots = 2 },
            new() { Slots = 2, SplitBytes = 300_000, Partitions = 3, MemoryOfSlot = 256 << 10 },
            new() { Slots = 2, SplitBytes = 500_000, Combine = false, KeepInMemory = false }])
        {
            var rowsOfRun = InlineJob.Run(Define, settings, input).Rows.Order(StringComparer.Ordinal).ToList();
            Assert.True(expected.SequenceEqual(rowsOfRun), $"{shape} with {settings}");
        }
    }

    [Fact]
    public void Results_may_be_changed_at_the_end()
        => Assert.Equal(["k\t2\ta|b"], InlineJob.RunTight(
            job => Texts(job).Aggregate(DistinctValues.OfUtf8().Select(values => (values.Count, values.Join("|")))).WriteText(job.Output), "k b\nk a\nk b").Rows);

    private static IReadOnlyList<(string Key, string Text)> Pairs(string shape, int rows, int keys, int texts)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, rows).Select(row =>
        {
            // Neighbouring rows share most texts, as words of one file do.
            var text = shape switch
            {
                "set after set" => (row / (rows / (texts / 50)) * 50) + random.Next(50),
                "first sets, then lists" => row < rows * 2 / 3 ? random.Next(60) : random.Next(texts),
                _ => random.Next(texts),
            };
            var key = random.Next(keys);
            return ($"{(key % 7 == 0 ? "a key of more than fifteen bytes-" : "key-")}{key}", $"text{text}");
        })];
    }

    private static void Define(JobBuilder job) => Texts(job).Aggregate(DistinctValues.OfUtf8()).WriteText(job.Output);

    private static Pairs<Utf8, Utf8> Texts(JobBuilder job) => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<Utf8, Utf8> output) =>
    {
        var space = line.Bytes.LastIndexOf((byte)' ');
        output.Emit(new Utf8(line.Bytes[..space]), new Utf8(line.Bytes[(space + 1)..]));
    });
}
