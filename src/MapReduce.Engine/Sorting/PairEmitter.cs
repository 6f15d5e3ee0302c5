using MapReduce.Engine.Fold;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Sorting;

/// <summary>The map side of a channel whose pairs are sorted or grouped: spreads them over the partitions as they come. The reducer sorts.</summary>
internal sealed unsafe class PairEmitter<TKey, TValue>(ChannelNode<TKey, TValue> channel, SegmentRouter<TKey> router, SegmentBuffers buffers) : IEmitter<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly KeyBytes<TKey> keys = new(channel.Keys);
    private readonly KeyBytes<TValue> values = new(channel.Values);

    public void Emit(scoped TKey key, scoped TValue value)
    {
        var keyBytes = keys.Of(in key);
        var valueBytes = values.Of(in value);
        var segment = router.Of(keyBytes);
        var length = PairRecord.MaxLength(keyBytes.Length, valueBytes.Length);
        var target = buffers.Reserve(segment, length);
        if (target != null) buffers.Commit(segment, PairRecord.Write(target, keyBytes, valueBytes));
        else AppendLarge(segment, keyBytes, valueBytes, length);
    }

    private void AppendLarge(int segment, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int length)
    {
        using var large = new NativeBuffer(length);
        buffers.AppendLarge(segment, new ReadOnlySpan<byte>(large.Start, (int)(PairRecord.Write(large.Start, key, value) - large.Start)));
    }
}

/// <summary>The map side of a channel with a combiner: holds pairs back, and sorts, groups and combines them when memory is full and at the end.</summary>
internal sealed class CombiningEmitter<TKey, TValue>(
    ChannelNode<TKey, TValue> channel, IEmitter<TKey, TValue> next, long memory, EngineSettings settings, ScratchFiles scratch) : IEmitter<TKey, TValue>, IMapEnd
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly KeyBytes<TKey> keys = new(channel.Keys);
    private readonly KeyBytes<TValue> values = new(channel.Values);
    private PairSorter sorter = new(memory * 2, settings.Compression, scratch);
    private long held;

    public void Emit(scoped TKey key, scoped TValue value)
    {
        var keyBytes = keys.Of(in key);
        var valueBytes = values.Of(in value);
        // Twice an item and the record: what the sorter will need of its memory, of which this takes half, so that it never spills itself.
        held += PairRecord.MaxLength(keyBytes.Length, valueBytes.Length) + 32;
        if (held > memory) Combine();
        sorter.Add(keyBytes, valueBytes);
    }

    public void Complete() => Combine();

    public void Dispose() => sorter.Dispose();

    private void Combine()
    {
        using (var sorted = sorter.Finish())
        {
            var groups = new Groups<TKey, TValue>(sorted, new WholeKeyReading<TKey, TValue>(channel));
            while (groups.MoveNext()) channel.Combiner!(groups.Group, groups.Values, next);
        }
        sorter.Dispose();
        sorter = new PairSorter(memory * 2, settings.Compression, scratch);
        held = 0;
    }
}
