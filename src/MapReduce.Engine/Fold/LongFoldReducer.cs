using MapReduce.Engine.Memory;
using MapReduce.Engine.Sorting;

namespace MapReduce.Engine.Fold;

/// <summary>The reduce side of folded 64-bit integers: folds bucket by bucket in a table, collects the keys, and gives them in order.</summary>
internal sealed unsafe class LongFoldReducer<TFold> : IBucketReducer where TFold : struct, IFoldOperation
{
    // A record is rarely shorter than this, so that a table for so many keys seldom grows.
    private const int BytesOfRecord = 12;

    private readonly Arena longKeys = new();
    private readonly FoldTable table;
    private readonly PairSorter sorter;
    private readonly long memory;

    public LongFoldReducer(long memory, PairSorter sorter)
    {
        this.memory = memory;
        this.sorter = sorter;
        table = new FoldTable(longKeys);
    }

    /// <summary>Whether a bucket was larger than memory, so that the sorter holds some keys twice.</summary>
    public bool HasRepeatedKeys { get; private set; }

    /// <summary>Begins a bucket of about <paramref name="bytes"/> bytes of records.</summary>
    public void BeginBucket(long bytes) => table.Clear(Math.Min(bytes / BytesOfRecord, memory / (4 * sizeof(FoldEntry))));

    /// <summary>Folds the records of a block.</summary>
    public void AddBlock(byte* block, int length)
    {
        for (var next = block; next < block + length;)
        {
            var record = next;
            long state;
            bool added;
            FoldEntry* entry;
            if (FoldRecord.IsLong(record))
            {
                next = FoldRecord.ReadLongKey(record, out var key, out var keyLength);
                next = FoldRecord.ReadState(next, out state);
                entry = table.Find(new ReadOnlySpan<byte>(key, keyLength), out added);
            }
            else
            {
                next = FoldRecord.ReadInlineKey(record, out var high, out var low);
                next = FoldRecord.ReadInlineState(record, next, out state);
                entry = table.Find(high, low, out added);
            }
            entry->State = added ? state : TFold.Fold(entry->State, state);
        }
        if (table.Memory + longKeys.Used > memory && table.Count > 0)
        {
            EndBucket();
            table.Clear(0);
            HasRepeatedKeys = true;
        }
    }

    /// <summary>Hands the keys of the bucket to the sorter.</summary>
    public void EndBucket()
    {
        var inline = stackalloc byte[16];
        foreach (ref var entry in table.Entries)
        {
            if (entry.IsFree) continue;
            var state = entry.State;
            sorter.Add(entry.KeyBytes(inline), new ReadOnlySpan<byte>(&state, sizeof(long)));
        }
        longKeys.Reset();
    }

    public void Dispose()
    {
        table.Dispose();
        longKeys.Dispose();
    }
}
