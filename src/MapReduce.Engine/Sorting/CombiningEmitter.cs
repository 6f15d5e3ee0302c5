using MapReduce.Engine.Fold;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Sorting;

/// <summary>The map side of a channel with a combiner: holds pairs back, and sorts, groups and combines them when memory is full and at the end.</summary>
internal sealed class CombiningEmitter<TKey, TValue>(
    ChannelNode<TKey, TValue> channel, IEmitter<TKey, TValue> next, SegmentRouter<TKey> router, long memory, EngineSettings settings, ScratchFiles scratch, UserCode userCode)
    : IEmitter<TKey, TValue>, IHoldsBack<TKey, TValue>, IMapEnd
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly KeyBytes<TKey> keys = new(channel.Keys);
    private readonly KeyBytes<TValue> values = new(channel.Values);
    private PairSorter sorter = new(memory * 2, settings.Compression, scratch, settings.Key);
    private HeldPairs? ofRecord;
    private long held;

    public void Emit(scoped TKey key, scoped TValue value)
    {
        var keyBytes = keys.Of(in key);
        Add(keyBytes, values.Of(in value));
    }

    public void Hold(scoped TKey key, scoped TValue value)
    {
        var keyBytes = keys.Of(in key);
        router.Check(keyBytes);
        (ofRecord ??= new HeldPairs()).Add(keyBytes, values.Of(in value));
    }

    public void Release()
    {
        if (ofRecord is null) return;
        foreach (var pair in ofRecord) Add(pair.Key, pair.Value);
        ofRecord.Clear();
    }

    public void Forget() => ofRecord?.Clear();

    public void Complete() => Combine();

    public void Dispose() => sorter.Dispose();

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        // Twice an item and the record: what the sorter will need of its memory, of which this takes half, so that it never spills itself.
        held += PairRecord.MaxLength(key.Length, value.Length) + 32;
        if (held > memory) Combine();
        sorter.Add(key, value);
    }

    private void Combine()
    {
        using (var sorted = sorter.Finish())
        {
            var groups = new Groups<TKey, TValue>(sorted, new WholeKeyReading<TKey, TValue>(channel));
            while (groups.MoveNext())
            {
                try
                {
                    channel.Combiner!(groups.Group, groups.Values, next);
                }
                catch (Exception exception) when (userCode.Threw(exception))
                {
                    // The pairs are those of many records, none of which is to blame.
                    throw userCode.FailureAt("in the combiner", groups.GroupBytes, channel.Keys.Read, exception, groups.Count);
                }
            }
        }
        sorter.Dispose();
        sorter = new PairSorter(memory * 2, settings.Compression, scratch, settings.Key);
        held = 0;
    }
}
