using System.Numerics;
using System.Runtime.CompilerServices;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The map side of a channel whose values are folded into accumulators: like <see cref="CombiningTable{TState}"/>, with an accumulator for each entry.</summary>
internal sealed unsafe class AccumulatorEmitter<TKey, TValue, TAccumulator, TResult> : IEmitter<TKey, TValue>, IHoldsBack<TKey, TValue>, IMapEnd
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private const int LongKeyBytes = 4 << 20;

    private readonly KeyBytes<TKey> keys;
    private readonly SegmentRouter<TKey> router;
    private readonly SegmentBuffers buffers;
    private readonly Aggregator<TValue, TAccumulator, TResult> aggregator;
    private readonly StateBudget budget;
    private readonly NativeBuffer memory;
    private readonly FoldEntry* entries;
    private readonly TAccumulator[] accumulators;
    private readonly ulong mask;
    private readonly Arena longKeys = new(256 << 10);
    private readonly ByteWriter encoded = new();
    private readonly KeyCodec<TKey> keyCodec;
    private readonly UserCode userCode;
    private int untilCheck = CheckInterval;
    private HeldPairs? heldKeys;
    private List<TAccumulator>? heldStates;

    public AccumulatorEmitter(
        ChannelNode<TKey, TValue> channel, Aggregator<TValue, TAccumulator, TResult> aggregator, ChannelShape shape, SegmentBuffers buffers, long memoryLimit, UserCode userCode)
    {
        keyCodec = channel.Keys;
        this.userCode = userCode;
        keys = new KeyBytes<TKey>(channel.Keys);
        router = new SegmentRouter<TKey>(shape, channel, channel.Keys, channel.CustomPartition, byPrefix: false, userCode);
        this.buffers = buffers;
        this.aggregator = aggregator;
        budget = new StateBudget(memoryLimit);
        // What a state refers to is counted while it grows.
        var bytes = Math.Max(4 * sizeof(FoldEntry), sizeof(FoldEntry) + Unsafe.SizeOf<TAccumulator>());
        var count = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(memoryLimit / bytes, 64, CombiningTable.MaxEntries / 4));
        memory = new NativeBuffer((long)count * sizeof(FoldEntry));
        entries = (FoldEntry*)memory.Start;
        FoldEntry.Clear(entries, count);
        accumulators = new TAccumulator[count];
        mask = (ulong)(count - 1) & ~1UL;
    }

    /// <summary>States that refer to nothing never grow.</summary>
    private static int CheckInterval => RuntimeHelpers.IsReferenceOrContainsReferences<TAccumulator>() ? StateBudget.Interval : int.MaxValue;

    public void Emit(scoped TKey key, scoped TValue value)
    {
        NullCheck<TValue>.RefuseAll(in value);
        Add(keys.Of(in key), value);
    }

    /// <summary>Folds a value whose key is encoded already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ReadOnlySpan<byte> key, scoped TValue value)
    {
        aggregator.Add(ref accumulators[Find(key)], value);
        if (--untilCheck == 0) CheckMemory();
    }

    /// <summary>Folds a value into a state of its own, so that what the aggregator refuses changes nothing, and which values it refuses depends on no other record.</summary>
    public void Hold(scoped TKey key, scoped TValue value)
    {
        NullCheck<TValue>.RefuseAll(in value);
        var bytes = keys.Of(in key);
        router.Check(bytes);
        var state = aggregator.Create();
        aggregator.Add(ref state, value);
        encoded.Clear();
        aggregator.Write(state, encoded);
        (heldKeys ??= new HeldPairs()).Add(bytes, []);
        (heldStates ??= []).Add(state);
    }

    public void Release()
    {
        if (heldKeys is null) return;
        var next = 0;
        foreach (var pair in heldKeys)
        {
            Merge(pair.Key, heldStates![next++]);
            if (--untilCheck == 0) CheckMemory();
        }
        Forget();
    }

    public void Forget()
    {
        heldKeys?.Clear();
        heldStates?.Clear();
    }

    public void Complete() => Flush();

    public void Dispose()
    {
        memory.Dispose();
        longKeys.Dispose();
    }

    private void Merge(ReadOnlySpan<byte> key, TAccumulator state)
    {
        var slot = Find(key);
        if (entries[slot].State == 1)
        {
            accumulators[slot] = state;
            return;
        }
        try
        {
            aggregator.Merge(ref accumulators[slot], state);
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.FailureAt("in the aggregator's Merge", key, keyCodec.Read, exception);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(ReadOnlySpan<byte> key) => (uint)(key.Length - 1) < InlineKey.MaxLength ? FindInline(key) : FindOther(key);

    private int FindInline(ReadOnlySpan<byte> key)
    {
        InlineKey.Load(key, out var high, out var low);
        return FindInline(high, low);
    }

    private int FindInline(ulong high, ulong low)
    {
        var first = (int)((InlineKey.Hash(high, low) >> 40) & mask);
        var set = entries + first;
        if (set[0].High == high && set[0].Low == low) return Used(first);
        if (set[1].High == high && set[1].Low == low) return Used(first + 1);
        var slot = MakeFree(first);
        (entries[slot].High, entries[slot].Low, entries[slot].State) = (high, low, 1);
        accumulators[slot] = aggregator.Create();
        return slot;
    }

    private int FindOther(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty) return FindInline(0, 0);
        var hash = KeyHash.OfLong(key);
        var first = (int)((hash >> 40) & mask);
        var set = entries + first;
        if (set[0].IsLongKey(hash, key)) return Used(first);
        if (set[1].IsLongKey(hash, key)) return Used(first + 1);
        if (longKeys.Used + key.Length > LongKeyBytes) Flush();
        var slot = MakeFree(first);
        (entries[slot].High, entries[slot].Low, entries[slot].State) = (hash, FoldEntry.LongLow(key.Length), 1);
        entries[slot].LongKey = longKeys.Store(key);
        accumulators[slot] = aggregator.Create();
        return slot;
    }

    private int Used(int slot)
    {
        entries[slot].State++;
        return slot;
    }

    private int MakeFree(int first)
    {
        if (entries[first].IsFree) return first;
        if (entries[first + 1].IsFree) return first + 1;
        var victim = entries[first + 1].State <= entries[first].State ? first + 1 : first;
        Hand(victim);
        return victim;
    }

    private void Hand(int slot)
    {
        var entry = entries + slot;
        Encode(entry, accumulators[slot]);
        var isLong = entry->IsLong;
        var segment = isLong ? router.Of(entry->LongBytes, entry->High) : router.OfInline(entry->High, entry->Low);
        var length = (isLong ? FoldRecord.MaxLongLength(entry->LongBytes.Length) : FoldRecord.MaxInlineLength) + encoded.Length;
        var target = buffers.Reserve(segment, length);
        if (target != null)
        {
            buffers.Commit(segment, Write(target, entry));
            return;
        }
        using var large = new NativeBuffer(length);
        buffers.AppendLarge(segment, new ReadOnlySpan<byte>(large.Start, (int)(Write(large.Start, entry) - large.Start)));
    }

    private void Encode(FoldEntry* entry, TAccumulator accumulator)
    {
        encoded.Clear();
        try
        {
            aggregator.Write(accumulator, encoded);
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            fixed (byte* inline = new byte[16]) throw userCode.FailureAt("in the aggregator's Write", entry->KeyBytes(inline), keyCodec.Read, exception);
        }
    }

    private byte* Write(byte* target, FoldEntry* entry)
    {
        target = entry->IsLong ? FoldRecord.WriteLongKey(target, entry->LongBytes) : FoldRecord.WriteInlineKey(target, entry->High, entry->Low);
        target = VarInt.Write(target, (uint)encoded.Length);
        encoded.Written.CopyTo(new Span<byte>(target, encoded.Length));
        return target + encoded.Length;
    }

    private void CheckMemory()
    {
        untilCheck = CheckInterval;
        if (!budget.IsDue() || !budget.IsExceededBy(Count())) return;
        Flush();
        budget.IsExceededBy(0);
    }

    /// <summary>The bytes that the states hold.</summary>
    private long Count()
    {
        try
        {
            var held = 0L;
            for (var slot = 0; slot < accumulators.Length; slot++)
                if (!entries[slot].IsFree) held += aggregator.SizeOf(accumulators[slot]);
            return held;
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.Failure("in the aggregator's SizeOf", exception);
        }
    }

    private void Flush()
    {
        for (var slot = 0; slot < accumulators.Length; slot++)
        {
            if (entries[slot].IsFree) continue;
            Hand(slot);
            (entries[slot].High, entries[slot].Low) = (0, FoldEntry.Free);
            accumulators[slot] = default!;
        }
        longKeys.Reset();
    }
}
