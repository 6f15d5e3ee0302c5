using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Engine.Output;

/// <summary>The layouts of the outputs that a job declares.</summary>
internal static class OutputLayouts
{
    public static IEnumerable<OutputLayout> Of(JobDefinition job)
        => from stage in job.Stages
           from channel in stage.Channels
           from output in channel.Result!.Outputs
           where output.Target.FileName is null
           select new OutputLayout(output.Target.Name, channel.Partitioning == PartitioningKind.Range && channel.Reduce is not null, output.IsText ? channel.Reduce?.KeyColumns : null);
}
