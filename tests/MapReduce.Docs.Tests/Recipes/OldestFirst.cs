using System.Globalization;
using MapReduce.Sdk;

namespace MapReduce.Docs.Tests.Recipes;

/// <summary>Total sort: rows by a number in them, over all parts, with no limit to their size. Key ranges are found by sampling.</summary>
public sealed class OldestFirst : IJob
{
    public void Define(JobBuilder job) => job
        .ReadDelimited(job.Inputs)
        .Map((DelimitedRow row, IEmitter<Descending<int>, string> output) =>
            output.Emit(new Descending<int>(int.Parse(row["age"], CultureInfo.InvariantCulture)), row["name"]))
        .TotalOrder()
        .Sort()
        .WriteText(job.Output);
}
