using System.Numerics;
using System.Runtime.CompilerServices;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Fold;

/// <summary>Finds the entries of all keys of a bucket: an open-addressing table that grows.</summary>
internal sealed unsafe class FoldTable : IDisposable
{
    private const int SmallestCapacity = 256;

    private readonly Arena longKeys;
    private NativeBuffer memory;
    private FoldEntry* entries;
    private long capacity;
    private long limit;

    /// <param name="longKeys">Holds the bytes of longer keys.</param>
    public FoldTable(Arena longKeys)
    {
        this.longKeys = longKeys;
        memory = new NativeBuffer(SmallestCapacity * sizeof(FoldEntry));
        Use(SmallestCapacity);
    }

    /// <summary>The number of keys.</summary>
    public long Count { get; private set; }

    /// <summary>The bytes that the entries of all keys take.</summary>
    public long Memory => capacity * sizeof(FoldEntry);

    /// <summary>Empties the table and makes it large enough for <paramref name="keys"/> keys without growing.</summary>
    public void Clear(long keys)
    {
        var wanted = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(SmallestCapacity, keys * 2));
        if (wanted * sizeof(FoldEntry) > memory.Length)
        {
            memory.Dispose();
            memory = new NativeBuffer(wanted * sizeof(FoldEntry));
        }
        Use(wanted);
    }

    /// <summary>The table's entries, free ones among them.</summary>
    public Span<FoldEntry> Entries => new(entries, checked((int)capacity));

    public void Dispose() => memory.Dispose();

    /// <summary>The entry of an inline key, made if it was not there; valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FoldEntry* Find(ulong high, ulong low, out bool added)
    {
        var mask = (ulong)capacity - 1;
        for (var slot = Slot(KeyHash.Finish(InlineKey.Hash(high, low))) & mask; ; slot = (slot + 1) & mask)
        {
            var entry = entries + slot;
            if (entry->High == high && entry->Low == low)
            {
                added = false;
                return entry;
            }
            if (entry->IsFree) break;
        }
        added = true;
        return Add(high, low, KeyHash.Finish(InlineKey.Hash(high, low)));
    }

    /// <summary>The entry of a longer key, made if it was not there; valid until the next call.</summary>
    public FoldEntry* Find(ReadOnlySpan<byte> key, out bool added)
    {
        var hash = KeyHash.OfLong(key);
        var mask = (ulong)capacity - 1;
        for (var slot = Slot(hash) & mask; ; slot = (slot + 1) & mask)
        {
            var entry = entries + slot;
            if (entry->IsLongKey(hash, key))
            {
                added = false;
                return entry;
            }
            if (entry->IsFree) break;
        }
        added = true;
        var made = Add(hash, FoldEntry.LongLow(key.Length), hash);
        made->LongKey = longKeys.Store(key);
        return made;
    }

    private FoldEntry* Add(ulong high, ulong low, ulong hash)
    {
        if (Count == limit) Grow();
        var mask = (ulong)capacity - 1;
        var slot = Slot(hash) & mask;
        while (!entries[slot].IsFree) slot = (slot + 1) & mask;
        (entries[slot].High, entries[slot].Low) = (high, low);
        Count++;
        return entries + slot;
    }

    // The lowest bits chose the bucket: all keys here share them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Slot(ulong finishedHash) => finishedHash >> 8;

    private void Grow()
    {
        var old = memory;
        var oldEntries = entries;
        var oldCapacity = capacity;
        memory = new NativeBuffer(oldCapacity * 2 * sizeof(FoldEntry));
        var count = Count;
        Use(oldCapacity * 2);
        Count = count;
        var mask = (ulong)capacity - 1;
        for (var entry = oldEntries; entry < oldEntries + oldCapacity; entry++)
        {
            if (entry->IsFree) continue;
            var slot = Slot(entry->IsLong ? entry->High : KeyHash.Finish(InlineKey.Hash(entry->High, entry->Low))) & mask;
            while (!entries[slot].IsFree) slot = (slot + 1) & mask;
            entries[slot] = *entry;
        }
        old.Dispose();
    }

    private void Use(long entryCount)
    {
        capacity = entryCount;
        limit = capacity - (capacity / 3);
        entries = (FoldEntry*)memory.Start;
        FoldEntry.Clear(entries, capacity);
        Count = 0;
    }
}
