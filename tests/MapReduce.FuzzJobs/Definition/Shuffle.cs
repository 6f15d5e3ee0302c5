using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>The pairs of a channel on their way through its shuffle: codecs, partitions, combiner.</summary>
internal sealed class Shuffle<TKey, TValue>(JobDefiner definer, ChannelPlan channel, Kind<TKey> key, Kind<TValue> value)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly AuthorMistakes mistakes = definer.MistakesOf(channel);

    /// <param name="first">The kind of the first parts of keys that are grouped by them.</param>
    public Pairs<TKey, TValue> Open(Kind? first = null)
    {
        var pairs = definer.Feed(channel, key, value);
        if (channel.HasOwnCodecs)
        {
            definer.Use("Pairs.WithCodecs", "CodecRegistry.Value");
            pairs.WithCodecs(OwnCodecs.Keys<TKey>(), OwnCodecs.Values<TValue>(definer.Job.Codecs));
        }
        if (channel.Partitions > 0)
        {
            definer.Use("Pairs.Partitions");
            pairs.Partitions(channel.Partitions);
        }
        if (channel.Partitioning == Partitioning.TotalOrder)
        {
            definer.Use("Pairs.TotalOrder");
            pairs.TotalOrder();
        }
        if (channel.Partitioning == Partitioning.Custom)
        {
            definer.Use("Pairs.PartitionBy");
            var partitioner = new Partitioner(key, first, mistakes);
            pairs.PartitionBy((scoped TKey of, int partitions) => partitioner.Of(key.Close(of), partitions));
        }
        if (channel.IsCombined)
        {
            definer.Use("Pairs.Combine");
            pairs.Combine(Combine);
        }
        return pairs;
    }

    private void Combine(TKey group, Values<TValue> values, IEmitter<TKey, TValue> output)
    {
        var closed = key.Close(group);
        mistakes.Make(MistakePlace.Combiner, key.Show(closed));
        foreach (var combined in Reductions.Combine(channel.Reduce, ValuesOf.Closed(values, value.Close))) output.Emit(key.Open(closed), value.Open(combined));
    }
}

/// <summary>Puts a value into an object.</summary>
internal delegate object? Closer<T>(scoped T value) where T : allows ref struct;

/// <summary>Values as objects, one after another as they are asked for.</summary>
internal static class ValuesOf
{
    public static IEnumerable<object?> Closed<TValue>(Values<TValue> values, Closer<TValue> close) where TValue : allows ref struct
    {
        while (values.MoveNext()) yield return close(values.Current);
    }
}
