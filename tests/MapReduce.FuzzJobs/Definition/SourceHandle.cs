using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>A source, whatever its records.</summary>
internal abstract class SourceHandle
{
    /// <summary>Attaches a map function.</summary>
    /// <param name="into">The channel that it feeds; null makes one.</param>
    /// <param name="feeding">The function.</param>
    public abstract Pairs<TKey, TValue> Map<TKey, TValue>(Pairs<TKey, TValue>? into, Feeding<TKey, TValue> feeding)
        where TKey : allows ref struct
        where TValue : allows ref struct;

    public abstract void MapLeft<TKey, TLeft, TRight>(Join<TKey, TLeft, TRight> join, Feeding<TKey, TLeft> feeding);

    public abstract void MapRight<TKey, TLeft, TRight>(Join<TKey, TLeft, TRight> join, Feeding<TKey, TRight> feeding);

    /// <summary>Attaches the function that feeds several channels, where there is one.</summary>
    public abstract void AttachFanOut();
}

/// <summary>Shows a record to map functions.</summary>
/// <param name="record">The record.</param>
/// <param name="withWords">Whether its words are wanted.</param>
internal delegate RecordView Viewer<TRecord>(TRecord record, bool withWords) where TRecord : allows ref struct;

/// <summary>A source of records of a type.</summary>
internal sealed class SourceHandle<TRecord>(JobDefiner definer, Source<TRecord> source, Viewer<TRecord> view) : SourceHandle where TRecord : allows ref struct
{
    private readonly List<(Channel Channel, bool WithWords, Action<RecordView, IEmitters> Feed)> branches = [];

    public override Pairs<TKey, TValue> Map<TKey, TValue>(Pairs<TKey, TValue>? into, Feeding<TKey, TValue> feeding)
    {
        if (feeding.Style == FeedStyle.FanOut)
        {
            definer.Use("JobBuilder.Channel");
            var channel = into ?? definer.Job.Channel<TKey, TValue>();
            branches.Add((channel, feeding.WantsWords, (record, outputs) => feeding.Feed(record, outputs.To(channel))));
            return channel;
        }
        definer.Use("Source.Map");
        if (feeding.Style != FeedStyle.Function) return source.Map(() => new PlannedMapper<TRecord, TKey, TValue>(feeding, view));
        MapFunction<TRecord, TKey, TValue> map = (record, output) => feeding.Feed(view(record, feeding.WantsWords), output);
        return into is null ? source.Map(map) : source.Map(into, map);
    }

    public override void MapLeft<TKey, TLeft, TRight>(Join<TKey, TLeft, TRight> join, Feeding<TKey, TLeft> feeding)
    {
        definer.Use("Join.Left");
        join.Left(source, (record, output) => feeding.Feed(view(record, feeding.WantsWords), output));
    }

    public override void MapRight<TKey, TLeft, TRight>(Join<TKey, TLeft, TRight> join, Feeding<TKey, TRight> feeding)
    {
        definer.Use("Join.Right");
        join.Right(source, (record, output) => feeding.Feed(view(record, feeding.WantsWords), output));
    }

    public override void AttachFanOut()
    {
        if (branches.Count == 0) return;
        definer.Use("Source.MapTo", "IEmitters.To");
        var withWords = branches.Exists(branch => branch.WithWords);
        source.MapTo(
            (record, outputs) =>
            {
                var seen = view(record, withWords);
                foreach (var (_, _, feed) in branches) feed(seen, outputs);
            },
            [.. branches.Select(branch => branch.Channel).Distinct()]);
    }
}
