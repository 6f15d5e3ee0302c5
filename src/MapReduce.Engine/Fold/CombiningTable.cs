using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Fold;

/// <summary>Folds values of recent keys in a table of bounded size and hands each key that must make room to the shuffle.</summary>
/// <remarks>
/// Two entries of half a cache line share a set. A key that finds neither its own entry nor a free one replaces the entry with the smaller
/// state. Frequent keys stay and fold; rare ones pass through at the price of one probe. What leaves is folded again by the reducer, so the
/// table's size never shows in the result.
/// </remarks>
internal sealed unsafe class CombiningTable<TState> : IDisposable where TState : struct, IFoldState
{
    private const int LongKeyBytes = 4 << 20;
    private const int PendingPairs = 16;

    private readonly NativeBuffer memory;
    private readonly FoldEntry* entries;
    private readonly ulong mask;
    private readonly Arena longKeys = new(256 << 10);
    private readonly IFoldSink sink;
    private readonly NativeBuffer pendingMemory = new(PendingPairs * sizeof(Pending));
    private readonly Pending* pending;
    private long added;

    public CombiningTable(long memoryLimit, IFoldSink sink)
    {
        this.sink = sink;
        pending = (Pending*)pendingMemory.Start;
        var count = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(memoryLimit / sizeof(FoldEntry), 64, CombiningTable.MaxEntries) / 2 + 1);
        count = Math.Min(count, CombiningTable.MaxEntries);
        memory = new NativeBuffer(count * sizeof(FoldEntry));
        entries = (FoldEntry*)memory.Start;
        mask = (ulong)(count - 1) & ~1UL;
        FoldEntry.Clear(entries, count);
    }

    /// <summary>Folds <paramref name="state"/> into the key's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ReadOnlySpan<byte> key, long state)
    {
        if ((uint)(key.Length - 1) < InlineKey.MaxLength)
        {
            InlineKey.Load(key, out var high, out var low);
            AddInline(high, low, state);
        }
        else
        {
            AddOther(key, state);
        }
    }

    /// <summary>Hands all entries to the sink and empties the table.</summary>
    public void Flush()
    {
        FoldPending();
        for (var entry = entries; entry < entries + mask + 2; entry++)
        {
            if (!entry->IsFree) sink.Take(entry);
            (entry->High, entry->Low) = (0, FoldEntry.Free);
        }
        longKeys.Reset();
    }

    public void Dispose()
    {
        memory.Dispose();
        pendingMemory.Dispose();
        longKeys.Dispose();
    }

    /// <summary>Remembers the pair while its set is on the way to the nearest cache, and folds the one that was remembered before.</summary>
    /// <remarks>Whether a key is in the table cannot be predicted. With the set at hand a wrong guess costs a few cycles, else a trip to memory.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddInline(ulong high, ulong low, long state)
    {
        var set = entries + ((InlineKey.Hash(high, low) >> 40) & mask);
        if (Sse.IsSupported) Sse.Prefetch0(set);
        var slot = pending + (added++ & (PendingPairs - 1));
        if (added > PendingPairs) Fold(slot);
        slot->High = high;
        slot->Low = low;
        slot->State = state;
        slot->Set = set;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fold(Pending* pair)
    {
        var set = pair->Set;
        if (set[0].High == pair->High && set[0].Low == pair->Low) Fold(set, pair->State);
        else if (set[1].High == pair->High && set[1].Low == pair->Low) Fold(set + 1, pair->State);
        else Replace(set, pair->High, pair->Low, pair->State);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fold(FoldEntry* entry, long state)
    {
        if (TState.TryFold(entry, state)) return;
        sink.Take(entry);
        TState.Begin(entry, state);
    }

    private void FoldPending()
    {
        for (var i = Math.Max(0, added - PendingPairs); i < added; i++) Fold(pending + (i & (PendingPairs - 1)));
        added = 0;
    }

    private void Replace(FoldEntry* set, ulong high, ulong low, long state)
    {
        var victim = Victim(set);
        victim->High = high;
        victim->Low = low;
        TState.Begin(victim, state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FoldEntry* Victim(FoldEntry* set)
    {
        if (set[0].IsFree) return set;
        if (set[1].IsFree) return set + 1;
        var victim = set[1].State <= set[0].State ? set + 1 : set;
        sink.Take(victim);
        return victim;
    }

    private void AddOther(ReadOnlySpan<byte> key, long state)
    {
        if (key.IsEmpty)
        {
            AddInline(0, 0, state);
            return;
        }
        var hash = KeyHash.OfLong(key);
        var set = entries + ((hash >> 40) & mask);
        if (set[0].IsLongKey(hash, key)) Fold(set, state);
        else if (set[1].IsLongKey(hash, key)) Fold(set + 1, state);
        else
        {
            // Replaced keys leave their bytes behind; when those add up, the table starts anew.
            if (longKeys.Used + key.Length > LongKeyBytes) Flush();
            var victim = Victim(set);
            victim->High = hash;
            victim->Low = FoldEntry.LongLow(key.Length);
            victim->LongKey = longKeys.Allocate(TState.BytesBeforeKey + key.Length) + TState.BytesBeforeKey;
            key.CopyTo(new Span<byte>(victim->LongKey, key.Length));
            TState.Begin(victim, state);
        }
    }

    private struct Pending
    {
        public ulong High;
        public ulong Low;
        public long State;
        public FoldEntry* Set;
    }
}

/// <summary>The sizes of combining tables.</summary>
internal static class CombiningTable
{
    /// <summary>The most entries: 32 bytes each, they stay within a share of the last-level cache; the sets are fetched ahead.</summary>
    public const int MaxEntries = 1 << 18;
}

/// <summary>Takes entries that leave a combining table.</summary>
internal unsafe interface IFoldSink
{
    void Take(FoldEntry* entry);
}
