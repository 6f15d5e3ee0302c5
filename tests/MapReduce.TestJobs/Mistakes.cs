using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Throws at a line.</summary>
public sealed class ThrowingMapper : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit("n", long.Parse(line.ToString())))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Throws at a key.</summary>
public sealed class ThrowingReducer : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<Utf8, long> output) => output.Emit(line, 1))
        .Reduce((Utf8 line, Values<long> values, IEmitter<Utf8, long> output) =>
        {
            foreach (var value in values)
                if (line.Bytes.SequenceEqual("bad"u8)) throw new InvalidOperationException("This line is not wanted.");
            output.Emit(line, 1);
        })
        .WriteText(job.Output);
}

/// <summary>Throws in the second stage.</summary>
public sealed class ThrowingSecondStage : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1))
        .Aggregate(Sum.Of<long>())
        .Map((string line, long count, IEmitter<string, long> output) =>
        {
            if (line == "bad") throw new InvalidOperationException("This line is not wanted.");
            output.Emit(line, count);
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>A reducer that never reads its values.</summary>
public sealed class IdleReducer : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<Utf8, Utf8> output) => output.Emit(line, line))
        .Reduce((Utf8 line, Values<Utf8> values, IEmitter<Utf8, None> output) => output.Emit(line, None.Value))
        .WriteText(job.Output);
}

/// <summary>Emits null as a key.</summary>
public sealed class NullKey : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit(null!, 1))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Emits null as a value.</summary>
public sealed class NullValue : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, string> output) => output.Emit("key", null!))
        .Sort()
        .WriteText(job.Output);
}

/// <summary>Emits keys of 200 KB.</summary>
public sealed class LongKeys : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit(new string('k', 200_000) + line.ToString(), 1))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>A partitioner that leaves its range.</summary>
public sealed class LostPartition : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1))
        .Partitions(3)
        .PartitionBy((key, partitions) => partitions)
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>A definition that throws.</summary>
public sealed class ThrowingDefine : IJob
{
    public void Define(JobBuilder job) => throw new InvalidOperationException("The stars are wrong.");
}

/// <summary>A constructor that throws.</summary>
public sealed class ThrowingConstructor : IJob
{
    public ThrowingConstructor() => throw new InvalidOperationException("The stars are wrong.");

    public void Define(JobBuilder job) => throw new NotSupportedException("Nobody gets here.");
}

/// <summary>A static constructor that throws.</summary>
public sealed class ThrowingStaticConstructor : IJob
{
    private static readonly string[] Stars = Look();

    public void Define(JobBuilder job) => throw new NotSupportedException($"Nobody gets here, but for {Stars.Length} stars.");

    private static string[] Look() => throw new InvalidOperationException("The stars are wrong.");
}

/// <summary>A definition that is another one each time.</summary>
public sealed class MoodyDefine : IJob
{
    private static int times;

    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1))
        .Partitions(1 + Interlocked.Increment(ref times))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>A definition that is the same in a process and another one in the next; the first attempt of a map task ends its process.</summary>
public sealed class LocalDefine : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) =>
        {
            if (TaskContext.Current.Attempt == 0 && line.ToString() == "x") Environment.Exit(7);
            output.Emit(line.ToString(), 1);
        })
        .Partitions(1 + Environment.ProcessId % 4093)
        .Aggregate(Sum.Of<long>())
        .Map((string line, long count, IEmitter<string, long> output) => output.Emit(line, count))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>A result that nobody writes.</summary>
public sealed class LostResult : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1))
        .Aggregate(Sum.Of<long>());
}
