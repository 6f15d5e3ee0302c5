using System.Text;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>Whatever of the author's throws, wherever the engine calls it: the message names job, stage, phase, key and cause, and never the engine.</summary>
public sealed class AuthorFailuresTests
{
    private static readonly Dictionary<string, Action<JobBuilder>> Mistakes = new()
    {
        ["Select after a fold of integers"] = job => Lines(job).Aggregate(Sum.Of<long>().Select(Refuse<long>)).WriteText(job.Output),
        ["Select after a fold"] = job => Lines(job).Aggregate(Count.Of<long>().Select(Refuse<long>)).WriteText(job.Output),
        ["Select after different texts"] = job => Texts(job).Aggregate(DistinctValues.OfUtf8().Select(Refuse<ValueList>)).WriteText(job.Output),
        ["Merge"] = job => Lines(job).Aggregate(new Faulty(nameof(Faulty.Merge))).WriteText(job.Output),
        ["Read"] = job => Lines(job).Aggregate(new Faulty(nameof(Faulty.Read))).WriteText(job.Output),
        ["Write"] = job => Lines(job).Aggregate(new Faulty(nameof(Faulty.Write))).WriteText(job.Output),
        ["Result"] = job => Lines(job).Aggregate(new Faulty(nameof(Faulty.Result))).WriteText(job.Output),
        ["ToString of a result"] = job => Lines(job).Aggregate(Count.Of<long>().Select(count => new Silent(count))).WriteText(job.Output),
        ["ToString of a sorted value"] = job => Lines(job, number => new Silent(number)).Sort().WriteText(job.Output),
        ["ToString of a reducer's value"] = job => Lines(job).Reduce((string key, Values<long> _, IEmitter<string, Silent> output) => output.Emit(key, new Silent(1))).WriteText(job.Output),
        ["JSON of a result"] = job => Lines(job).Aggregate(Count.Of<long>().Select(_ => double.NaN)).WriteJsonLines(job.Output),
        ["JSON of a sorted value"] = job => Lines(job, _ => double.NaN).Sort().WriteJsonLines(job.Output),
        ["key codec, integers"] = job => Lines(job).WithCodecs(new Illegible()).Aggregate(Sum.Of<long>()).WriteText(job.Output),
        ["key codec, fold"] = job => Lines(job).WithCodecs(new Illegible()).Aggregate(Count.Of<long>()).WriteText(job.Output),
        ["key codec, different texts"] = job => Texts(job).WithCodecs(new Illegible()).Aggregate(DistinctValues.OfUtf8()).WriteText(job.Output),
        ["key codec, sort"] = job => Lines(job).WithCodecs(new Illegible()).Sort().WriteText(job.Output),
        ["key codec, reduce"] = job => Lines(job).WithCodecs(new Illegible()).Reduce((string key, Values<long> _, IEmitter<string, long> output) => output.Emit(key, 1)).WriteText(job.Output),
        ["value codec, between stages"] = job => Lines(job).Aggregate(Count.Of<long>().Select(count => new Silent(count)))
            .Map((string key, Silent _, IEmitter<string, long> output) => output.Emit(key, 1)).Sort().WriteText(job.Output),
        ["a canceled task, Select"] = job => Lines(job).Aggregate(Count.Of<long>().Select<long>(_ => throw new TaskCanceledException("No."))).WriteText(job.Output),
        ["a canceled task, reduce"] = job => Lines(job).Reduce((string _, Values<long> _, IEmitter<string, long> _) => throw new TaskCanceledException("No.")).WriteText(job.Output),
    };

    public static TheoryData<string> Names => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_in_the_reduce_phase_is_the_authors_and_names_the_key(string mistake)
    {
        var message = Fail(Mistakes[mistake]);
        Assert.StartsWith("InlineJob, stage 1, reduce: ", message, StringComparison.Ordinal);
        Assert.Contains(mistake.StartsWith("JSON", StringComparison.Ordinal) ? "cannot be written as valid JSON" : "Exception: No.", message, StringComparison.Ordinal);
        Assert.Contains(" This happened at the key 'bad'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("map")]
    [InlineData("set up")]
    public void A_task_that_the_authors_code_cancels_does_not_cancel_the_attempt(string where)
    {
        var message = Fail(job => job.ReadLines(job.Inputs).Map(() => new Canceling(where)).Sort().WriteText(job.Output));
        Assert.StartsWith("InlineJob, stage 1, map: TaskCanceledException: No.", message, StringComparison.Ordinal);
        Assert.Contains(where == "map" ? "offset 0: bad" : "while the task was set up", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dataset_that_cannot_be_read_back_names_its_record()
    {
        var message = Fail(job => Lines(job, number => new Unreadable(number)).Sort()
            .Map((string key, Unreadable _, IEmitter<string, long> output) => output.Emit(key, 1)).Sort().WriteText(job.Output));
        Assert.Contains(", stage 2, map: FormatException: No. The record is number 0 of the task: bad", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_an_aggregator_cannot_encode_when_its_table_is_emptied_names_the_key()
    {
        var message = Fail(job => Lines(job).Aggregate(new Faulty(nameof(Faulty.Write), inMap: true)).WriteText(job.Output));
        Assert.StartsWith("InlineJob, stage 1, map: ", message, StringComparison.Ordinal);
        Assert.Contains("This happened in the aggregator's Write at the key 'bad'", message, StringComparison.Ordinal);
    }

    private static string Fail(Action<JobBuilder> define) => Assert.Throws<JobFailedException>(() => InlineJob.Run(job =>
    {
        job.Codecs.Register(new SilentCodec()).Register(new UnreadableCodec());
        define(job);
    }, new() { Slots = 1, SplitBytes = 4, Partitions = 1, MemoryOfSlot = 64 << 10 }, "bad\nbad\nbad\n")).Message;

    private static Pairs<string, long> Lines(JobBuilder job) => Lines(job, number => number);

    private static Pairs<string, TValue> Lines<TValue>(JobBuilder job, Func<long, TValue> value)
        => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, TValue> output) => output.Emit(line.ToString(), value(TaskContext.Current.Offset)));

    private static Pairs<string, Utf8> Texts(JobBuilder job) => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, Utf8> output) => output.Emit(line.ToString(), line));

    private static long Refuse<T>(T value) => throw new InvalidOperationException("No.");

    /// <summary>Has no text form after all, and can be written between stages as little.</summary>
    private readonly record struct Silent(long Number)
    {
        public override string ToString() => throw new InvalidOperationException("No.");
    }

    private readonly record struct Unreadable(long Number)
    {
        public override string ToString() => $"{Number}";
    }

    private sealed class SilentCodec : Codec<Silent>
    {
        public override void Write(Silent value, ByteWriter writer)
        {
            if (TaskContext.Current.FilePath.Length == 0) throw new InvalidOperationException("No.");
            writer.Write(BitConverter.GetBytes(value.Number));
        }

        public override Silent Read(ReadOnlySpan<byte> bytes) => new(BitConverter.ToInt64(bytes));
    }

    private sealed class UnreadableCodec : Codec<Unreadable>
    {
        public override void Write(Unreadable value, ByteWriter writer) => writer.Write(BitConverter.GetBytes(value.Number));

        public override Unreadable Read(ReadOnlySpan<byte> bytes) => TaskContext.Current.Stage == 1 ? throw new FormatException("No.") : new(BitConverter.ToInt64(bytes));
    }

    private sealed class Illegible : KeyCodec<string>
    {
        public override void Write(string value, ByteWriter writer) => writer.Write(Encoding.UTF8.GetBytes(value));

        public override string Read(ReadOnlySpan<byte> bytes) => throw new FormatException("No.");
    }

    private sealed class Canceling(string where) : IMapper<TextLine, string, long>
    {
        public void Setup(TaskContext context)
        {
            if (where == "set up") throw new TaskCanceledException("No.");
        }

        public void Map(TextLine record, IEmitter<string, long> output) => throw new TaskCanceledException("No.");
    }

    /// <summary>Refuses to work in one of its functions, in the reduce phase or already in the map phase.</summary>
    private sealed class Faulty(string where, bool inMap = false) : Aggregator<long, long, long>
    {
        public override long Create() => 0;

        public override void Add(ref long accumulator, long value) => accumulator += value;

        public override void Merge(ref long accumulator, long other) => accumulator += At(nameof(Merge), other);

        public override void Write(long accumulator, ByteWriter writer) => writer.Write(BitConverter.GetBytes(At(nameof(Write), accumulator)));

        public override long Read(ReadOnlySpan<byte> bytes) => At(nameof(Read), BitConverter.ToInt64(bytes));

        public override long Result(long accumulator) => At(nameof(Result), accumulator);

        private long At(string function, long value) => function == where && (inMap || TaskContext.Current.FilePath.Length == 0) ? throw new InvalidOperationException("No.") : value;
    }
}
