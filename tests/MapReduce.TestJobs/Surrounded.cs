using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Tells the names of the variables in the environment of its code.</summary>
public sealed class Surrounded : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine _, IEmitter<string, long> output) =>
        {
            foreach (string name in Environment.GetEnvironmentVariables().Keys) output.Emit(name, 1);
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}
