using Google.Protobuf;
using MapReduce.Sdk;

namespace MapReduce.ConflictingJob;

/// <summary>Counts lines under the version of a dependency of which the program itself has another.</summary>
public sealed class VersionOfDependency : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine _, IEmitter<string, long> output) => output.Emit(OldMessage.Version, 1))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}
