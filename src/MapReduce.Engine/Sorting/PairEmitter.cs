using System.Runtime.CompilerServices;
using MapReduce.Engine.Fold;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Sorting;

/// <summary>The map side of a channel whose pairs are sorted or grouped: spreads them over the partitions as they come. The reducer sorts.</summary>
internal sealed unsafe class PairEmitter<TKey, TValue>(ChannelNode<TKey, TValue> channel, SegmentRouter<TKey> router, SegmentBuffers buffers) : IEmitter<TKey, TValue>, IHoldsBack<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly KeyBytes<TKey> keys = new(channel.Keys);
    private readonly KeyBytes<TValue> values = new(channel.Values);
    private HeldPairs? held;

    public void Emit(scoped TKey key, scoped TValue value)
    {
        var keyBytes = keys.Of(in key);
        var valueBytes = values.Of(in value);
        Append(router.Of(keyBytes), keyBytes, valueBytes);
    }

    public void Hold(scoped TKey key, scoped TValue value)
    {
        var keyBytes = keys.Of(in key);
        var valueBytes = values.Of(in value);
        (held ??= new HeldPairs()).Add(keyBytes, valueBytes, router.Of(keyBytes));
    }

    public void Release()
    {
        if (held is null) return;
        foreach (var pair in held) Append(pair.Number, pair.Key, pair.Value);
        held.Clear();
    }

    public void Forget() => held?.Clear();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(int segment, ReadOnlySpan<byte> keyBytes, ReadOnlySpan<byte> valueBytes)
    {
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
