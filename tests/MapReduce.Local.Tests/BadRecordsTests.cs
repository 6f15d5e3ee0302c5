using System.Text;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>With bad records skipped, one record is one transaction: whatever of it fails, nothing of it stays, and nothing of any other goes.</summary>
public sealed class BadRecordsTests
{
    private const string Words = "a b\nc bad d\ne f\n";

    public static TheoryData<string, long> Shapes => new() { { "all in memory", 1L << 20 }, { "everything spilled", 1 } };

    [Fact]
    public void A_row_that_cannot_be_written_as_text_leaves_no_half_behind()
    {
        var result = Run(job => EachLine<Fussy>(job, (line, output) => output.Emit(line, new Fussy(line))).WriteText(job.Output), "one\nbad\ntwo\n");
        Assert.Equal(["one\t<one>", "two\t<two>"], result.Rows);
        Assert.Equal(2, RowsOf(result, "part-"));
        Assert.Equal((3, 1), (result.Report.InputRecords, result.Report.SkippedRecords));
    }

    [Fact]
    public void A_row_that_is_no_JSON_leaves_no_half_behind()
    {
        var result = Run(
            job => EachLine<double>(job, (line, output) => output.Emit(line, double.Parse(line, System.Globalization.CultureInfo.InvariantCulture))).MapOnly().WriteJsonLines(job.Output), "1\nNaN\n2\n");
        Assert.Equal(["{\"key\":\"1\",\"value\":1}", "{\"key\":\"2\",\"value\":2}"], result.Rows);
        Assert.Equal(2, RowsOf(result, "part-"));
    }

    [Fact]
    public void A_row_of_which_one_output_fails_is_in_no_output()
    {
        var result = Run(
            job =>
            {
                var rows = EachLine<double>(job, (line, output) =>
                {
                    output.Emit($"before {line}", 0);
                    output.Emit(line, line == "bad" ? double.NaN : 1);
                }).MapOnly();
                rows.WriteText(job.OutputNamed("text")).WriteJsonLines(job.OutputNamed("json"));
                rows.Map((string key, double value, IEmitter<string, double> output) => output.Emit(key, value)).Sort().WriteText(job.OutputNamed("later"));
            },
            "one\nbad\ntwo\n");
        Assert.Equal(["before one\t0", "one\t1", "before two\t0", "two\t1"], result.RowsOf("text"));
        Assert.Equal(4, result.RowsOf("json").Count);
        Assert.Equal(["before one\t0", "before two\t0", "one\t1", "two\t1"], result.RowsOf("later").Order(StringComparer.Ordinal));
        Assert.Equal(12, RowsOf(result, "text/") + RowsOf(result, "json/") + RowsOf(result, "later/"));
    }

    [Fact]
    public void A_row_that_fails_and_is_caught_by_the_author_leaves_no_half_behind_either()
    {
        var result = Run(
            job => EachLine<Fussy>(job, (line, output) =>
            {
                try
                {
                    output.Emit(line, new Fussy(line));
                }
                catch (FormatException)
                {
                    output.Emit("caught", new Fussy(""));
                }
            }).WriteText(job.Output),
            "one\nbad\ntwo\n", skip: 0);
        Assert.Equal(["one\t<one>", "caught\t<>", "two\t<two>"], result.Rows);
        Assert.Equal(3, RowsOf(result, "part-"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_record_whose_partition_cannot_be_told_leaves_no_pair(string shape, long memory)
    {
        var result = Run(
            job => EachWord<long>(job, (word, output) => output.Emit(word, 1)).PartitionBy(Fussily).Sort().WriteText(job.Output), Words, memory: memory);
        Assert.Equal((shape, "a\t1 b\t1 e\t1 f\t1"), (shape, Sorted(result)));
        Assert.Equal((3, 1), (result.Report.InputRecords, result.Report.SkippedRecords));
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("count")]
    [InlineData("distinct")]
    [InlineData("combine")]
    public void A_record_whose_partition_cannot_be_told_is_skipped_where_values_are_folded_too(string fold)
    {
        var result = Run(
            job =>
            {
                if (fold == "distinct")
                {
                    job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, Utf8> output) =>
                    {
                        foreach (var word in line.Words()) output.Emit(word.ToString(), "1"u8);
                    }).PartitionBy(Fussily).Aggregate(DistinctValues.OfUtf8()).WriteText(job.Output);
                    return;
                }
                var pairs = EachWord<long>(job, (word, output) => output.Emit(word, 1)).PartitionBy(Fussily);
                if (fold == "combine") pairs.Combine(Add).Reduce<string, long>(Add).WriteText(job.Output);
                else pairs.Aggregate(fold == "sum" ? Sum.Of<long>() : Count.Of<long>()).WriteText(job.Output);
            },
            Words);
        Assert.Equal("a\t1 b\t1 e\t1 f\t1", Sorted(result));
        Assert.Equal((3, 1), (result.Report.InputRecords, result.Report.SkippedRecords));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_record_that_an_aggregator_refuses_leaves_no_key_and_no_value(string shape, long memory)
    {
        var result = Run(
            job => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, string> output) =>
            {
                foreach (var word in line.Words()) output.Emit(word.ToString(), word.ToString());
                output.Emit("all", line.ToString().Contains("bad", StringComparison.Ordinal) ? "bad" : "good");
            }).Aggregate(new Letters()).WriteText(job.Output),
            Words, memory: memory);
        Assert.Equal((shape, "a\t1 all\t8 b\t1 e\t1 f\t1"), (shape, Sorted(result)));
    }

    [Fact]
    public void A_value_that_an_aggregator_cannot_encode_is_the_fault_of_its_record()
    {
        var result = Run(
            job => EachLine<(long Weight, string Item)>(job, (line, output) => output.Emit("top", (1L, line == "bad" ? null! : line))).Aggregate(TopK.Of(5).Select(top => string.Join(' ', top.Select(item => item.Item)))).WriteText(job.Output),
            "one\nbad\ntwo\n");
        Assert.Equal(["top\tone two"], result.Rows);
        Assert.Equal(1, result.Report.SkippedRecords);
    }

    [Fact]
    public void A_record_is_one_transaction_over_all_channels_and_counters()
    {
        var result = Run(
            job =>
            {
                var seen = job.Counter("seen");
                var (first, second) = (job.Channel<string, long>(), job.Channel<string, string>());
                var rows = job.Channel<string, Fussy>();
                job.ReadLines(job.Inputs).MapTo(
                    (line, outputs) =>
                    {
                        seen.Increment();
                        outputs.To(first).Emit(line.ToString(), 1);
                        outputs.To(second).Emit("all", line.ToString());
                        outputs.To(rows).Emit(line.ToString(), new Fussy(line.ToString()));
                    },
                    first, second, rows);
                first.Aggregate(Sum.Of<long>()).WriteText(job.OutputNamed("first"));
                second.Aggregate(new Letters()).WriteText(job.OutputNamed("second"));
                rows.WriteText(job.OutputNamed("rows"));
            },
            "one\nbad\ntwo\n");
        Assert.Equal(["one\t1", "two\t1"], result.RowsOf("first").Order(StringComparer.Ordinal));
        Assert.Equal(["all\t6"], result.RowsOf("second"));
        Assert.Equal(["one\t<one>", "two\t<two>"], result.RowsOf("rows"));
        Assert.Equal(2, result.Counters["seen"]);
    }

    [Fact]
    public void What_a_mapper_counts_while_it_is_set_up_stays_when_its_first_record_is_bad()
    {
        var result = Run(
            job =>
            {
                var counter = job.Counter("set up");
                job.ReadLines(job.Inputs).Map(() => new Counting(counter)).Aggregate(Sum.Of<long>()).WriteText(job.Output);
            },
            "bad\none\n");
        Assert.Equal(101, result.Counters["set up"]);
    }

    [Fact]
    public void A_combiner_that_throws_fails_the_job_and_blames_no_record()
    {
        foreach (var skip in (long[])[0, 100])
        {
            // So little memory that the combiner runs while records are read, and once more at their end.
            var error = Assert.Throws<JobFailedException>(() => Run(
                job => EachLine<long>(job, (line, output) => output.Emit(line, 1))
                    .Combine((string key, Values<long> values, IEmitter<string, long> output) => throw new InvalidOperationException("No."))
                    .Reduce<string, long>(Add).WriteText(job.Output),
                string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"key {i % 7}")), skip: skip, memory: 1));
            Assert.Contains("stage 1, map: InvalidOperationException: No. This happened in the combiner at the key 'key 0', value 0.", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("The record is", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_partition_function_that_throws_late_is_named_with_its_key()
    {
        var error = Assert.Throws<JobFailedException>(() => Run(job => EachWord<long>(job, (word, output) => output.Emit(word, 1)).PartitionBy(Fussily).Aggregate(Sum.Of<long>()).WriteText(job.Output), Words, skip: 0));
        Assert.Contains("stage 1, map: FormatException: Not this one. This happened in the partition function at the key 'bad'.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lines")]
    [InlineData("records")]
    [InlineData("rows")]
    [InlineData("json")]
    [InlineData("files")]
    [InlineData("numbers")]
    [InlineData("later stage")]
    public void Each_record_is_read_once_and_a_canceled_task_of_the_author_is_a_bad_record_like_any_other(string kind)
    {
        // Every second record throws, half of these when it emits.
        static void Take(string text, long number, IEmitter<string, long> output)
        {
            if (number % 4 == 1) throw new TaskCanceledException("The author's own.");
            output.Emit(number % 4 == 3 ? "bad" : text, 1);
        }

        var result = Run(
            job =>
            {
                var pairs = job.Channel<string, long>();
                switch (kind)
                {
                    case "lines": job.ReadLines(job.Inputs).Map(pairs, (TextLine line, IEmitter<string, long> output) => Take(line.ToString(), TaskContext.Current.Offset / 2, output)); break;
                    case "records": job.ReadRecords(job.Inputs, 2).Map(pairs, (Utf8 record, IEmitter<string, long> output) => Take(record.ToString().Trim(), TaskContext.Current.Offset / 2, output)); break;
                    case "rows": job.ReadDelimited(job.Inputs, new() { HasHeader = false }).Map(pairs, (DelimitedRow row, IEmitter<string, long> output) => Take(row[0], long.Parse(row[0], System.Globalization.CultureInfo.InvariantCulture), output)); break;
                    case "json": job.ReadJsonLines<long>(job.Inputs).Map(pairs, (long number, IEmitter<string, long> output) => Take($"{number}", number, output)); break;
                    case "files": job.ReadFiles(job.Inputs).Map(pairs, (WholeFile file, IEmitter<string, long> output) => Take(file.Path, file.Path[^1] - '0', output)); break;
                    case "numbers": job.ReadNumbers(8, 8).Map(pairs, (long number, IEmitter<string, long> output) => Take($"{number}", number, output)); break;
                    default:
                        job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1)).Partitions(1).Sort()
                            .Map(pairs, (string key, long _, IEmitter<string, long> output) => Take(key, long.Parse(key, System.Globalization.CultureInfo.InvariantCulture), output));
                        break;
                }
                pairs.PartitionBy(Fussily).Sort().WriteText(job.Output);
            },
            kind == "files" ? [.. Enumerable.Range(0, 8).Select(i => $"{i}")] : ["0\n1\n2\n3\n4\n5\n6\n7\n"]);
        Assert.Equal(4, result.Rows.Count);
        Assert.Equal(4, result.Report.SkippedRecords);
        Assert.Equal(8, result.Report.InputRecords);
    }

    private static TestResult Run(Action<JobBuilder> define, string text, long skip = 100, long memory = 1 << 20) => Run(define, [text], skip, memory);

    private static TestResult Run(Action<JobBuilder> define, string[] texts, long skip = 100, long memory = 1 << 20)
        => InlineJob.Run(job =>
        {
            job.Codecs.Register(new FussyCodec());
            define(job);
        }, new() { Slots = 1, SkipBadRecords = skip, MemoryOfSlot = memory, KeepInMemory = memory > 1, Partitions = 2 }, texts);

    private static Pairs<string, TValue> EachLine<TValue>(JobBuilder job, Action<string, IEmitter<string, TValue>> map)
        => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, TValue> output) => map(line.ToString(), output));

    private static Pairs<string, TValue> EachWord<TValue>(JobBuilder job, Action<string, IEmitter<string, TValue>> map)
        => EachLine<TValue>(job, (line, output) =>
        {
            foreach (var word in line.Split(' ')) map(word, output);
        });

    private static int Fussily(string key, int partitions) => key == "bad" ? throw new FormatException("Not this one.") : key[0] % partitions;

    private static void Add(string key, Values<long> values, IEmitter<string, long> output)
    {
        var sum = 0L;
        foreach (var value in values) sum += value;
        output.Emit(key, sum);
    }

    private static string Sorted(TestResult result) => string.Join(' ', result.Rows.Order(StringComparer.Ordinal));

    private static long RowsOf(TestResult result, string prefix) => result.Report.Manifest.Files.Where(file => file.Name.StartsWith(prefix, StringComparison.Ordinal)).Sum(file => file.Rows);

    /// <summary>A value whose text form may refuse, when the key is written already.</summary>
    private readonly record struct Fussy(string Text) : IUtf8SpanFormattable
    {
        public override string ToString() => $"<{Text}>";

        public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
            => Text == "bad" ? throw new FormatException("Not this one.") : Encoding.UTF8.TryGetBytes(ToString(), utf8Destination, out bytesWritten);
    }

    private sealed class FussyCodec : Codec<Fussy>
    {
        public override void Write(Fussy value, ByteWriter writer) => writer.Write(Encoding.UTF8.GetBytes(value.Text));

        public override Fussy Read(ReadOnlySpan<byte> bytes) => new(Encoding.UTF8.GetString(bytes));
    }

    /// <summary>Counts letters, and changes its state before it refuses a value.</summary>
    private sealed class Letters : Aggregator<string, long, long>
    {
        public override long Create() => 0;

        public override void Add(ref long accumulator, string value)
        {
            accumulator += value.Length;
            if (value == "bad") throw new FormatException("Not this one.");
        }

        public override void Merge(ref long accumulator, long other) => accumulator += other;

        public override void Write(long accumulator, ByteWriter writer) => writer.Write(BitConverter.GetBytes(accumulator));

        public override long Read(ReadOnlySpan<byte> bytes) => BitConverter.ToInt64(bytes);

        public override long Result(long accumulator) => accumulator;
    }

    private sealed class Counting(Counter counter) : IMapper<TextLine, string, long>
    {
        public void Setup(TaskContext context) => counter.Add(100);

        public void Map(TextLine record, IEmitter<string, long> output)
        {
            counter.Increment();
            if (record.ToString() == "bad") throw new FormatException("Not this one.");
        }
    }
}
