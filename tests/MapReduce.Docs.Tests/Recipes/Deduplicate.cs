using MapReduce.Sdk;

namespace MapReduce.Docs.Tests.Recipes;

/// <summary>Dedup: each different line once, in order. Equal lines meet on the map side already, so little travels.</summary>
public sealed class Deduplicate : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<Utf8, long> output) => output.Emit(line, 1))
        .TotalOrder()
        .Aggregate(Count.Of<long>())
        .Map((Utf8 line, long times, IEmitter<Utf8, None> output) => output.Emit(line, None.Value))
        .WriteText(job.Output);
}
