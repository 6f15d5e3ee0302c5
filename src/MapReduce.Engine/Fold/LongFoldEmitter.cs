using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The map side of a channel whose values are folded as 64-bit integers.</summary>
internal sealed unsafe class LongFoldEmitter<TKey, TFold> : IEmitter<TKey, long>, IHoldsBack<TKey, long>, IFoldSink, IMapEnd
    where TKey : allows ref struct
    where TFold : struct, IFoldOperation
{
    private readonly KeyBytes<TKey> keys;
    private readonly SegmentRouter<TKey> router;
    private readonly SegmentBuffers buffers;
    private readonly CombiningTable<LongState<TFold>> table;
    private HeldPairs? held;

    public LongFoldEmitter(ChannelNode<TKey, long> channel, ChannelShape shape, SegmentBuffers buffers, long memory, UserCode userCode)
    {
        keys = new KeyBytes<TKey>(channel.Keys);
        router = new SegmentRouter<TKey>(shape, channel, channel.Keys, channel.CustomPartition, byPrefix: false, userCode);
        this.buffers = buffers;
        table = new CombiningTable<LongState<TFold>>(memory, this);
    }

    public void Emit(scoped TKey key, long value) => table.Add(keys.Of(in key), value);

    public void Hold(scoped TKey key, long value)
    {
        var bytes = keys.Of(in key);
        router.Check(bytes);
        (held ??= new HeldPairs()).Add(bytes, new ReadOnlySpan<byte>(&value, sizeof(long)));
    }

    public void Release()
    {
        if (held is null) return;
        foreach (var pair in held) table.Add(pair.Key, BitConverter.ToInt64(pair.Value));
        held.Clear();
    }

    public void Forget() => held?.Clear();

    public void Take(FoldEntry* entry)
    {
        if (entry->IsLong)
        {
            TakeLong(entry);
            return;
        }
        var segment = router.OfInline(entry->High, entry->Low);
        var target = buffers.Reserve(segment, FoldRecord.MaxInlineLength);
        buffers.Commit(segment, FoldRecord.WriteInline(target, entry->High, entry->Low, entry->State));
    }

    public void Complete() => table.Flush();

    public void Dispose() => table.Dispose();

    private void TakeLong(FoldEntry* entry)
    {
        var key = entry->LongBytes;
        var segment = router.Of(key, entry->High);
        var length = FoldRecord.MaxLongLength(key.Length);
        var target = buffers.Reserve(segment, length);
        if (target != null)
        {
            buffers.Commit(segment, FoldRecord.WriteLong(target, key, entry->State));
            return;
        }
        using var large = new Memory.NativeBuffer(length);
        var end = FoldRecord.WriteLong(large.Start, key, entry->State);
        buffers.AppendLarge(segment, new ReadOnlySpan<byte>(large.Start, (int)(end - large.Start)));
    }
}
