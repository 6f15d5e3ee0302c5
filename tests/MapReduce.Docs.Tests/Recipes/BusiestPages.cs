using MapReduce.Sdk;

namespace MapReduce.Docs.Tests.Recipes;

/// <summary>Top N: the ten pages that are asked for most, from a log whose second field is the page.</summary>
public sealed class BusiestPages : IJob
{
    public void Define(JobBuilder job) => job
        .ReadDelimited(job.Inputs, new DelimitedOptions { Delimiter = ' ', HasHeader = false })
        .Map((DelimitedRow row, IEmitter<string, long> output) => output.Emit(row[1], 1))
        .Aggregate(Sum.Of<long>())
        .Map((string page, long hits, IEmitter<None, (long, string)> output) => output.Emit(None.Value, (hits, page)))
        .Aggregate(TopK.Of(10))
        .WriteText(job.Output);
}
