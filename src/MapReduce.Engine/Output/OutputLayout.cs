using MapReduce.Sdk;

namespace MapReduce.Engine.Output;

/// <summary>How the parts of an output relate, so that a program without the job's code can put them together.</summary>
/// <param name="Name">The output's name; empty for the output folder itself.</param>
/// <param name="Ranges">Whether the parts, read one after another, are in key order.</param>
/// <param name="Key">How the columns of the key at the beginning of each row compare, <c>text</c> or <c>integer</c>; null where rows do not show their order.</param>
public sealed record OutputLayout(string Name, bool Ranges, IReadOnlyList<string>? Key)
{
    internal static IEnumerable<OutputLayout> Of(JobDefinition job)
        => from stage in job.Stages
           from channel in stage.Channels
           from output in channel.Result!.Outputs
           where output.Target.FileName is null
           select new OutputLayout(output.Target.Name, channel.Partitioning == PartitioningKind.Range && channel.Reduce is not null, output.IsText ? channel.Reduce?.KeyColumns : null);
}
