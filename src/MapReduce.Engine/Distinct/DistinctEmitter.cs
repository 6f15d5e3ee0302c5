using System.Numerics;
using MapReduce.Engine.Fold;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Distinct;

/// <summary>The map side of a channel whose different texts are collected: a text is a bit, and the texts of a key are one integer in its table entry.</summary>
/// <remarks>Where texts seldom come again, bits run out at once; the task then goes on with lists of texts.</remarks>
internal sealed unsafe class DistinctEmitter<TKey> : IEmitter<TKey, Utf8>, IHoldsBack<TKey, Utf8>, IFoldSink, IMapEnd
    where TKey : allows ref struct
{
    // Emptying the table costs about as much as emitting so many pairs.
    private const int FewestPairsOfSet = 1 << 16;

    private readonly ChannelNode<TKey, Utf8> channel;
    private readonly ChannelShape shape;
    private readonly SegmentBuffers buffers;
    private readonly long memory;
    private readonly UserCode userCode;
    private readonly KeyBytes<TKey> keys;
    private readonly SegmentRouter<TKey> router;
    private readonly CombiningTable<LongState<UnionOperation>> table;
    private readonly TextBits texts = new();
    private readonly (int Set, int Texts)[] known;
    private AccumulatorEmitter<TKey, Utf8, TextList, ValueList>? lists;
    private int set = 1;
    private long pairsOfSet;
    private HeldPairs? held;

    public DistinctEmitter(ChannelNode<TKey, Utf8> channel, ChannelShape shape, SegmentBuffers buffers, long memory, UserCode userCode)
    {
        (this.channel, this.shape, this.buffers, this.memory, this.userCode) = (channel, shape, buffers, memory, userCode);
        keys = new KeyBytes<TKey>(channel.Keys);
        router = new SegmentRouter<TKey>(shape, channel, channel.Keys, channel.CustomPartition, byPrefix: false, userCode);
        table = new CombiningTable<LongState<UnionOperation>>(memory, this);
        known = new (int, int)[shape.FirstSegment + shape.Segments];
    }

    public void Emit(scoped TKey key, scoped Utf8 value) => Add(keys.Of(in key), value);

    public void Hold(scoped TKey key, scoped Utf8 value)
    {
        var bytes = keys.Of(in key);
        router.Check(bytes);
        (held ??= new HeldPairs()).Add(bytes, value.Bytes);
    }

    public void Release()
    {
        if (held is null) return;
        foreach (var pair in held) Add(pair.Key, new Utf8(pair.Value));
        held.Clear();
    }

    public void Forget() => held?.Clear();

    public void Take(FoldEntry* entry)
    {
        var segment = entry->IsLong ? router.Of(entry->LongBytes, entry->High) : router.OfInline(entry->High, entry->Low);
        if (known[segment] != (set, texts.Count)) WriteTexts(segment);
        var length = entry->IsLong ? FoldRecord.MaxLongLength(entry->LongBytes.Length) : FoldRecord.MaxInlineLength;
        var target = buffers.Reserve(segment, length);
        if (target != null)
        {
            buffers.Commit(segment, Write(target, entry));
            return;
        }
        using var large = new NativeBuffer(length);
        buffers.AppendLarge(segment, new ReadOnlySpan<byte>(large.Start, (int)(Write(large.Start, entry) - large.Start)));
    }

    public void Complete()
    {
        table.Flush();
        lists?.Complete();
    }

    public void Dispose()
    {
        table.Dispose();
        lists?.Dispose();
    }

    private void Add(ReadOnlySpan<byte> key, scoped Utf8 value)
    {
        if (lists is null)
        {
            if (texts.TryFind(value.Bytes, out var bit) || TryBeginSet(value.Bytes, out bit))
            {
                pairsOfSet++;
                table.Add(key, 1L << bit);
                return;
            }
            lists = new AccumulatorEmitter<TKey, Utf8, TextList, ValueList>(channel, new TextLists(), shape, buffers, memory, userCode);
        }
        lists.Add(key, value);
    }

    private bool TryBeginSet(ReadOnlySpan<byte> text, out int bit)
    {
        table.Flush();
        bit = -1;
        if (pairsOfSet < FewestPairsOfSet) return false;
        texts.Clear();
        set++;
        pairsOfSet = 0;
        return texts.TryFind(text, out bit);
    }

    private void WriteTexts(int segment)
    {
        var begins = known[segment].Set != set;
        var more = texts.TextsFrom(begins ? 0 : known[segment].Texts);
        known[segment] = (set, texts.Count);
        var length = 1 + VarInt.MaxLength + more.Length;
        using var record = new NativeBuffer(length);
        *record.Start = (byte)((DistinctRecord.Texts << 4) | (begins ? DistinctRecord.Begins : 0));
        var target = VarInt.Write(record.Start + 1, (uint)more.Length);
        more.CopyTo(new Span<byte>(target, more.Length));
        buffers.Append(segment, new ReadOnlySpan<byte>(record.Start, (int)(target - record.Start) + more.Length));
    }

    private static byte* Write(byte* target, FoldEntry* entry)
    {
        var bits = (ulong)entry->State;
        if (entry->IsLong) return VarInt.Write(FoldRecord.WriteLongKey(target, entry->LongBytes, DistinctRecord.LongSet), bits);
        if (!BitOperations.IsPow2(bits)) return VarInt.Write(FoldRecord.WriteInlineKey(target, entry->High, entry->Low, DistinctRecord.Set), bits);
        target = FoldRecord.WriteInlineKey(target, entry->High, entry->Low, DistinctRecord.Bit);
        *target = (byte)BitOperations.TrailingZeroCount(bits);
        return target + 1;
    }
}
