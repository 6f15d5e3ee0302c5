using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Makes the file that its input names, and then never comes back from the record, so that no cancellation is heeded.</summary>
public sealed class Deaf : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) =>
        {
            for (var name = line.ToString(); ; Thread.Yield())
                if (!File.Exists(name)) File.WriteAllText(name, "");
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}
