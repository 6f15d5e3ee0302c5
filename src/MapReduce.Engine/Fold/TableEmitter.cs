using System.Runtime.CompilerServices;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The map side of a channel whose values, of 64 bits each, are folded in a table.</summary>
internal abstract unsafe class TableEmitter<TKey, TValue, TState> : IEmitter<TKey, TValue>, IHoldsBack<TKey, TValue>, IFoldSink, IMapEnd
    where TKey : allows ref struct
    where TValue : unmanaged
    where TState : struct, IFoldState
{
    private readonly KeyBytes<TKey> keys;
    private readonly CombiningTable<TState> table;
    private HeldPairs? held;

    protected TableEmitter(ChannelNode<TKey, TValue> channel, ChannelShape shape, SegmentBuffers buffers, long memory, UserCode userCode)
    {
        keys = new KeyBytes<TKey>(channel.Keys);
        Router = new SegmentRouter<TKey>(shape, channel, channel.Keys, channel.CustomPartition, byPrefix: false, userCode);
        Buffers = buffers;
        table = new CombiningTable<TState>(memory, this);
    }

    /// <summary>Where keys go.</summary>
    protected SegmentRouter<TKey> Router { get; }

    /// <summary>Where what leaves the table is written.</summary>
    protected SegmentBuffers Buffers { get; }

    public void Emit(scoped TKey key, TValue value) => table.Add(keys.Of(in key), Unsafe.BitCast<TValue, long>(value));

    public void Hold(scoped TKey key, TValue value)
    {
        var bytes = keys.Of(in key);
        Router.Check(bytes);
        (held ??= new HeldPairs()).Add(bytes, new ReadOnlySpan<byte>(&value, sizeof(TValue)));
    }

    public void Release()
    {
        if (held is null) return;
        foreach (var pair in held) table.Add(pair.Key, BitConverter.ToInt64(pair.Value));
        held.Clear();
    }

    public void Forget() => held?.Clear();

    public abstract void Take(FoldEntry* entry);

    public void Complete() => table.Flush();

    public void Dispose() => table.Dispose();
}
