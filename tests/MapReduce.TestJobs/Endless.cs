using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Never ends by itself.</summary>
public sealed class Endless : IJob
{
    public void Define(JobBuilder job) => job
        .ReadNumbers(long.MaxValue, perTask: long.MaxValue / 2)
        .Map((long number, IEmitter<long, long> output) => output.Emit(number & 15, 1))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}
