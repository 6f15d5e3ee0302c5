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
           select new OutputLayout(output.Target.Name, channel.Partitioning == PartitioningKind.Range && channel.Reduce is not null, output.IsText ? Columns(channel) : null);

    private static IReadOnlyList<string>? Columns(ChannelNode channel)
    {
        var visitor = new ColumnsVisitor();
        channel.Reduce?.Accept(visitor);
        return visitor.Columns;
    }

    private sealed class ColumnsVisitor : IReduceVisitor
    {
        public IReadOnlyList<string>? Columns { get; private set; }

        public void Visit<TKey>(LongFoldNode<TKey> node) where TKey : allows ref struct => Columns = KeyColumns.Of(node.Channel.Keys);

        public void Visit<TKey, TValue, TAccumulator, TResult>(FoldNode<TKey, TValue, TAccumulator, TResult> node)
            where TKey : allows ref struct
            where TValue : allows ref struct => Columns = KeyColumns.Of(node.Channel.Keys);

        public void Visit<TKey, TValue>(SortNode<TKey, TValue> node)
            where TKey : allows ref struct
            where TValue : allows ref struct => Columns = KeyColumns.Of(node.Channel.Keys);

        // A reducer may emit any key. One of the group's own type is nearly always the group's.
        public void Visit<TKey, TValue, TGroup, TItem, TOutKey, TOutValue>(GroupNode<TKey, TValue, TGroup, TItem, TOutKey, TOutValue> node)
            where TKey : allows ref struct
            where TValue : allows ref struct
            where TGroup : allows ref struct
            where TItem : allows ref struct
            where TOutKey : allows ref struct
            where TOutValue : allows ref struct
            => Columns = typeof(TGroup) == typeof(TOutKey) && KeyColumns.Of(node.Channel.Keys) is not null ? KeyColumns.Of(typeof(TOutKey)) : null;
    }
}
