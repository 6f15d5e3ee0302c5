using System.IO.Compression;
using System.Text;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>What the SDK promises, on the real engine, with a split a line and spills everywhere.</summary>
public sealed class FeaturesTests
{
    [Fact]
    public void Values_come_in_the_order_of_inputs_splits_and_positions()
    {
        var lines = Enumerable.Range(0, 300).Select(i => $"{i % 5} {i}").ToList();
        var result = InlineJob.RunTight(
            job => Split(job.ReadLines(job.Inputs)).Reduce((string key, Values<string> values, IEmitter<string, string> output) =>
            {
                var all = new StringBuilder();
                foreach (var value in values) all.Append(value).Append(' ');
                output.Emit(key, all.ToString());
            }).WriteText(job.Output),
            string.Join('\n', lines[..100]), string.Join('\n', lines[100..]));
        var expected = Enumerable.Range(0, 5).Select(key => $"{key}\t{string.Concat(Enumerable.Range(0, 60).Select(i => $"{(i * 5) + key} "))}");
        Assert.Equal(expected, result.Rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_reducer_need_not_read_its_values()
        => Assert.Equal(["a\t1", "b\t1"], InlineJob.RunTight(
            job => Split(job.ReadLines(job.Inputs)).Reduce((string key, Values<string> _, IEmitter<string, long> output) => output.Emit(key, 1)).WriteText(job.Output),
            "a 1\na 2\nb 3\na 4").Rows.Order(StringComparer.Ordinal));

    [Fact]
    public void A_combiner_does_not_show_in_the_result()
    {
        var text = string.Join('\n', Enumerable.Range(0, 2000).Select(i => $"{i % 13} {i}"));
        void Define(JobBuilder job, bool combine)
        {
            var numbers = job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
            {
                var fields = line.ToString().Split(' ');
                output.Emit(fields[0], long.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture));
            });
            if (combine) numbers.Combine(Largest);
            numbers.Reduce<string, long>(Largest).WriteText(job.Output);
        }

        var plain = InlineJob.RunTight(job => Define(job, combine: false), text).Rows;
        Assert.Equal(13, plain.Count);
        Assert.Equal(plain, InlineJob.RunTight(job => Define(job, combine: true), text).Rows);

        static void Largest(string key, Values<long> values, IEmitter<string, long> output)
        {
            var largest = long.MinValue;
            foreach (var value in values) largest = Math.Max(largest, value);
            output.Emit(key, largest);
        }
    }

    [Fact]
    public void Partitions_may_be_chosen_by_a_function_of_the_author()
    {
        var result = InlineJob.RunTight(
            job => Split(job.ReadLines(job.Inputs)).PartitionBy((key, count) => key[0] % count).Partitions(2).Sort().WriteText(job.Output), "a 1\nb 2\nc 3\nd 4");
        Assert.Equal("b\t2\nd\t4\n", Text(result, "part-00000"));
        Assert.Equal("a\t1\nc\t3\n", Text(result, "part-00001"));
    }

    [Fact]
    public void Parts_of_a_total_order_are_in_order_one_after_another()
    {
        var random = new Random(3);
        var keys = Enumerable.Range(0, 5000).Select(_ => $"{random.Next(100_000)}").ToList();
        var result = InlineJob.Run(
            job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<Utf8, None> output) => output.Emit(line, None.Value)).TotalOrder().Sort().WriteText(job.Output),
            new() { SplitBytes = 2000, Partitions = 7 }, string.Join('\n', keys));
        Assert.Equal(keys.Order(StringComparer.Ordinal), result.Rows);
        Assert.Equal(7, result.Files.Count(file => file.Value.Length > 1000));
    }

    [Fact]
    public void A_job_may_only_map()
    {
        var result = InlineJob.RunTight(
            job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<Utf8, None> output) =>
            {
                if (line.Length > 3) output.Emit(line, None.Value);
            }).WriteText(job.Output), "one\nthree\nfour\nsix\neleven");
        Assert.Equal(["three", "four", "eleven"], result.Rows);
    }

    [Fact]
    public void Several_outputs_appear_together_in_their_formats()
    {
        var result = InlineJob.RunTight(job =>
        {
            var counts = Words(job).Aggregate(Sum.Of<long>());
            counts.WriteText(job.OutputNamed("text"));
            counts.WriteJsonLines(job.OutputNamed("json"));
            counts.Map((string word, long count, IEmitter<None, (long, string)> output) => output.Emit(None.Value, (count, word)))
                .Aggregate(TopK.Of(1).Select(top => $"{top[0].Item} {top[0].Weight}"))
                .WriteText(job.OutputNamed("top").AsFile("top.txt"));
            Words(job).Partitions(1).Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("packed").Compressed(OutputCompression.Gzip));
            Words(job).Partitions(1).Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("packed-too").Compressed(OutputCompression.Zstandard));
        }, "a b\na");
        Assert.Equal(["a\t2", "b\t1"], result.RowsOf("text").Order(StringComparer.Ordinal));
        Assert.Equal(["{\"key\":\"a\",\"value\":2}", "{\"key\":\"b\",\"value\":1}"], result.RowsOf("json").Order(StringComparer.Ordinal));
        Assert.Equal("a 2\n", Text(result, "top.txt"));
        Assert.Equal("a\t2\nb\t1\n", new StreamReader(new GZipStream(new MemoryStream(result.Files["packed/part-00000.gz"]), CompressionMode.Decompress)).ReadToEnd());
        Assert.Equal("a\t2\nb\t1\n", Encoding.UTF8.GetString(new ZstdSharp.Decompressor().Unwrap(result.Files["packed-too/part-00000.zst"])));
    }

    [Fact]
    public void Records_of_fixed_length_are_written_without_separators()
    {
        var result = InlineJob.RunTight(
            job => job.ReadRecords(job.Inputs, 3).Map((Utf8 record, IEmitter<Utf8, Utf8> output) => output.Emit(record.Slice(0, 1), record.Slice(1, 2))).TotalOrder().Sort().WriteRecords(job.Output),
            "c33a11b22a00");
        Assert.Equal("a11a00b22c33", Encoding.UTF8.GetString(result.Bytes("")));
    }

    [Fact]
    public void Counters_count_each_record_once_and_side_files_are_read_by_tasks()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}");
        File.WriteAllLines(path, ["the", "of"]);
        try
        {
            var result = InlineJob.RunTight(job =>
            {
                var stopped = job.Counter("stopped");
                var stopWords = job.SideFile(path);
                job.ReadLines(job.Inputs).Map(() => new Stopping(stopWords, stopped)).Aggregate(Sum.Of<long>()).WriteText(job.Output);
            }, "the cat of\nthe house");
            Assert.Equal(["cat\t1", "house\t1"], result.Rows.Order(StringComparer.Ordinal));
            Assert.Equal(3, result.Counters["stopped"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Mappers_and_reducers_are_set_up_and_closed_once_an_attempt_and_may_emit_at_the_end()
    {
        var result = InlineJob.Run(
            job => job.ReadLines(job.Inputs).Map(() => new LinesOfTask()).Reduce(() => new LastOfAll()).WriteText(job.Output),
            new() { Slots = 2, SplitBytes = 4, Partitions = 1 }, "a\nb\nc\nd\ne\nf");
        // Three splits of two lines; the reducer tells at its end how many keys it has seen.
        Assert.Equal(["lines in task\t6", "keys\t1"], result.Rows);
    }

    [Fact]
    public void Items_of_a_group_come_sorted_by_the_second_part_of_the_key()
    {
        var result = InlineJob.RunTight(
            job => job.ReadLines(job.Inputs)
                .Map((TextLine line, IEmitter<(string, Descending<int>), string> output) =>
                {
                    var fields = line.ToString().Split(' ');
                    output.Emit((fields[0], new(int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture))), fields[2]);
                })
                .GroupByFirst()
                .Reduce((string key, Values<(Descending<int> Second, string Value)> items, IEmitter<string, string> output) =>
                {
                    var all = new List<string>();
                    foreach (var (second, value) in items) all.Add($"{second.Value}{value}");
                    output.Emit(key, string.Join(' ', all));
                })
                .WriteText(job.Output),
            "a 1 x\na 10 y\nb 5 z\na 2 u\na 10 v");
        Assert.Equal(["a\t10y 10v 2u 1x", "b\t5z"], result.Rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_group_may_be_named_by_several_parts()
    {
        var result = InlineJob.RunTight(
            job => job.ReadLines(job.Inputs)
                .Map((TextLine line, IEmitter<((string, string), int), None> output) =>
                {
                    var fields = line.ToString().Split(' ');
                    output.Emit(((fields[0], fields[1]), int.Parse(fields[2], System.Globalization.CultureInfo.InvariantCulture)), None.Value);
                })
                .GroupByFirst()
                .Reduce(((string, string) group, Values<(int Second, None Value)> items, IEmitter<(string, string), string> output) =>
                {
                    var all = new List<int>();
                    foreach (var (second, _) in items) all.Add(second);
                    output.Emit(group, string.Join(' ', all));
                })
                .WriteText(job.Output),
            "a x 3\na y 1\na x 2\nb x 9\na y 0\na x 1");
        Assert.Equal(["a\tx\t1 2 3", "a\ty\t0 1", "b\tx\t9"], result.Rows.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(JoinKind.Inner, "b 2 x", "b 2 y", "b 3 x", "b 3 y")]
    [InlineData(JoinKind.LeftOuter, "a 1 -", "b 2 x", "b 2 y", "b 3 x", "b 3 y")]
    [InlineData(JoinKind.RightOuter, "b 2 x", "b 2 y", "b 3 x", "b 3 y", "c - z")]
    [InlineData(JoinKind.FullOuter, "a 1 -", "b 2 x", "b 2 y", "b 3 x", "b 3 y", "c - z")]
    public void Joins_keep_the_keys_of_their_kind(JoinKind kind, params string[] expected)
    {
        var result = new JobTest
        {
            Inputs = [new("left", "a 1\nb 2\nb 3"), new("right", "b x\nc z\nb y")],
            SeparateInputs = true,
            Settings = new() { SplitBytes = 4, Partitions = 2 },
        }.Execute(() => new InlineJob(job => job.Join<string, string, string>()
            .Left(job.ReadLines(job.Inputs[0]), Split)
            .Right(job.ReadLines(job.Inputs[1]), Split)
            .Select(kind, (JoinedRow<string, string, string> row, IEmitter<string, None> output) => output.Emit($"{row.Key} {row.Left ?? "-"} {row.Right ?? "-"}", None.Value))
            .WriteText(job.Output)));
        Assert.Equal(expected, result.Rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_join_whose_sides_are_larger_than_memory_passes()
    {
        const int Left = 3000;
        const int Right = 40;
        var result = new JobTest
        {
            Inputs = [new("left", string.Join('\n', Enumerable.Range(0, Left).Select(i => $"k {i}{new string('x', 1000)}"))), new("right", string.Join('\n', Enumerable.Range(0, Right).Select(i => $"k {i}")))],
            SeparateInputs = true,
            Settings = new() { MemoryOfSlot = 128 << 10 },
        }.Execute(() => new InlineJob(job => job.Join<string, string, string>()
            .Left(job.ReadLines(job.Inputs[0]), Split)
            .Right(job.ReadLines(job.Inputs[1]), Split)
            .Select(JoinKind.Inner, (JoinedRow<string, string, string> row, IEmitter<string, long> output) => output.Emit(row.Right!, row.Left!.Length))
            .Map((string right, long length, IEmitter<string, (long, long)> output) => output.Emit(right, (1, length)))
            .Aggregate(Sum.OfPairs<long, long>())
            .WriteText(job.Output)));
        var lengths = Enumerable.Range(0, Left).Sum(i => (long)$"{i}".Length + 1000);
        Assert.Equal(Enumerable.Range(0, Right).Select(i => $"{i}\t{Left}\t{lengths}").Order(StringComparer.Ordinal), result.Rows.Order(StringComparer.Ordinal));
    }

    private static Pairs<string, long> Words(JobBuilder job) => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
    {
        foreach (var word in line.Words()) output.Emit(word.ToString(), 1);
    });

    private static Pairs<string, string> Split(Source<TextLine> source) => source.Map<string, string>(Split);

    private static void Split(TextLine line, IEmitter<string, string> output)
    {
        var fields = line.ToString().Split(' ', 2);
        output.Emit(fields[0], fields[1]);
    }

    private static string Text(TestResult result, string file) => Encoding.UTF8.GetString(result.Files[file]);

    private sealed class Stopping(SideFile file, Counter stopped) : IMapper<TextLine, string, long>
    {
        private HashSet<string> words = [];

        public void Setup(TaskContext context) => words = [.. file.ReadAllLines()];

        public void Map(TextLine record, IEmitter<string, long> output)
        {
            foreach (var word in record.Words())
            {
                if (words.Contains(word.ToString())) stopped.Increment();
                else output.Emit(word.ToString(), 1);
            }
        }
    }

    private sealed class LinesOfTask : IMapper<TextLine, string, long>
    {
        private long lines;

        public void Map(TextLine record, IEmitter<string, long> output) => lines++;

        public void Close(IEmitter<string, long> output) => output.Emit("lines in task", lines);
    }

    private sealed class LastOfAll : IReducer<string, long, string, long>
    {
        private long keys;

        public void Reduce(string key, Values<long> values, IEmitter<string, long> output)
        {
            keys++;
            var sum = 0L;
            foreach (var value in values) sum += value;
            output.Emit(key, sum);
        }

        public void Close(IEmitter<string, long> output) => output.Emit("keys", keys);
    }
}
