using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The map side of a channel whose values are summed as doubles: like <see cref="LongFoldEmitter{TKey, TFold}"/>. The reduce side is that of any accumulator.</summary>
internal sealed unsafe class DoubleSumEmitter<TKey> : IEmitter<TKey, double>, IHoldsBack<TKey, double>, IFoldSink, IMapEnd
    where TKey : allows ref struct
{
    private readonly KeyBytes<TKey> keys;
    private readonly SegmentRouter<TKey> router;
    private readonly SegmentBuffers buffers;
    private readonly CombiningTable<DoubleSum> table;
    private HeldPairs? held;

    public DoubleSumEmitter(ChannelNode<TKey, double> channel, ChannelShape shape, SegmentBuffers buffers, long memory, UserCode userCode)
    {
        keys = new KeyBytes<TKey>(channel.Keys);
        router = new SegmentRouter<TKey>(shape, channel, channel.Keys, channel.CustomPartition, byPrefix: false, userCode);
        this.buffers = buffers;
        table = new CombiningTable<DoubleSum>(memory, this);
    }

    public void Emit(scoped TKey key, double value) => table.Add(keys.Of(in key), BitConverter.DoubleToInt64Bits(value));

    public void Hold(scoped TKey key, double value)
    {
        var bytes = keys.Of(in key);
        router.Check(bytes);
        (held ??= new HeldPairs()).Add(bytes, new ReadOnlySpan<byte>(&value, sizeof(double)));
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
        var segment = entry->IsLong ? router.Of(entry->LongBytes, entry->High) : router.OfInline(entry->High, entry->Low);
        var length = (entry->IsLong ? FoldRecord.MaxLongLength(entry->LongBytes.Length) : FoldRecord.MaxInlineLength) + DoubleSum.MaxLength;
        var target = buffers.Reserve(segment, length);
        if (target != null)
        {
            buffers.Commit(segment, Write(target, entry));
            return;
        }
        using var large = new NativeBuffer(length);
        buffers.AppendLarge(segment, new ReadOnlySpan<byte>(large.Start, (int)(Write(large.Start, entry) - large.Start)));
    }

    public void Complete() => table.Flush();

    public void Dispose() => table.Dispose();

    private static byte* Write(byte* target, FoldEntry* entry)
        => DoubleSum.Write(entry->IsLong ? FoldRecord.WriteLongKey(target, entry->LongBytes) : FoldRecord.WriteInlineKey(target, entry->High, entry->Low), entry);
}
