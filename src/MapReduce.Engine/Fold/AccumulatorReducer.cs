using MapReduce.Engine.Memory;
using MapReduce.Engine.Sorting;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The reduce side of folded accumulators; see <see cref="LongFoldReducer{TFold}"/>.</summary>
internal sealed unsafe class AccumulatorReducer<TValue, TAccumulator, TResult> : IBucketReducer
    where TValue : allows ref struct
{
    private readonly Arena longKeys = new();
    private readonly FoldTable table;
    private readonly PairSorter sorter;
    private readonly Aggregator<TValue, TAccumulator, TResult> aggregator;
    private readonly StateBudget budget;
    private readonly UserCode userCode;
    private readonly FailureAtKey failureAt;
    private readonly ByteWriter encoded = new();
    private TAccumulator[] accumulators = new TAccumulator[256];
    private int untilCheck = StateBudget.Interval;

    public AccumulatorReducer(Aggregator<TValue, TAccumulator, TResult> aggregator, long memory, PairSorter sorter, UserCode userCode, FailureAtKey failureAt)
    {
        this.userCode = userCode;
        this.failureAt = failureAt;
        this.aggregator = aggregator;
        budget = new StateBudget(memory);
        this.sorter = sorter;
        table = new FoldTable(longKeys);
    }

    public void BeginBucket(long bytes) => table.Clear(0);

    /// <summary>Folds the records of a block.</summary>
    public void AddBlock(byte* block, int length)
    {
        for (var next = block; next < block + length;)
        {
            bool added;
            FoldEntry* entry;
            if (FoldRecord.IsLong(next))
            {
                next = FoldRecord.ReadLongKey(next, out var key, out var keyLength);
                entry = table.Find(new ReadOnlySpan<byte>(key, keyLength), out added);
            }
            else
            {
                next = FoldRecord.ReadInlineKey(next, out var high, out var low);
                entry = table.Find(high, low, out added);
            }
            next = VarInt.Read(next, out var stateLength);
            Fold(entry, added, new ReadOnlySpan<byte>(next, (int)stateLength));
            next += stateLength;
            if (--untilCheck == 0) CheckMemory();
        }
    }

    /// <summary>Hands the keys of the bucket to the sorter.</summary>
    public void EndBucket()
    {
        var inline = stackalloc byte[16];
        foreach (ref var entry in table.Entries)
        {
            if (entry.IsFree) continue;
            encoded.Clear();
            try
            {
                aggregator.Write(accumulators[entry.State], encoded);
            }
            catch (Exception exception) when (userCode.Threw(exception))
            {
                throw failureAt(entry.KeyBytes(inline), exception);
            }
            accumulators[entry.State] = default!;
            sorter.Add(entry.KeyBytes(inline), encoded.Written);
        }
        longKeys.Reset();
    }

    public void Dispose()
    {
        table.Dispose();
        longKeys.Dispose();
    }

    private void Fold(FoldEntry* entry, bool added, ReadOnlySpan<byte> state)
    {
        if (!added)
        {
            Merge(entry, state);
            return;
        }
        var other = Read(entry, state);
        entry->State = table.Count - 1;
        if (table.Count > accumulators.Length) Array.Resize(ref accumulators, accumulators.Length * 2);
        accumulators[table.Count - 1] = other;
    }

    private void Merge(FoldEntry* entry, ReadOnlySpan<byte> state)
    {
        try
        {
            aggregator.Merge(ref accumulators[entry->State], aggregator.Read(state));
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw Failure(entry, exception);
        }
    }

    private TAccumulator Read(FoldEntry* entry, ReadOnlySpan<byte> state)
    {
        try
        {
            return aggregator.Read(state);
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw Failure(entry, exception);
        }
    }

    private EngineException Failure(FoldEntry* entry, Exception cause)
    {
        var inline = stackalloc byte[16];
        return failureAt(entry->KeyBytes(inline), cause);
    }

    private void CheckMemory()
    {
        untilCheck = StateBudget.Interval;
        var keys = table.Memory + longKeys.Used;
        if (!budget.IsDue(keys) || !budget.IsExceededBy(Count(), keys)) return;
        EndBucket();
        table.Clear(0);
        budget.IsExceededBy(0, table.Memory);
    }

    /// <summary>The bytes that the states hold.</summary>
    private long Count()
    {
        try
        {
            var held = 0L;
            for (var i = 0; i < table.Count; i++) held += aggregator.SizeOf(accumulators[i]);
            return held;
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.Failure("in the aggregator's SizeOf", exception);
        }
    }
}
