using MapReduce.Engine.Distinct;
using MapReduce.Engine.Fold;
using MapReduce.Engine.Output;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Sorting;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>What a reduce task does with the pairs of its partition, for each kind of step that a channel may end in.</summary>
internal sealed class ReduceSteps(
    ChannelShape shape, int partition, PartitionBlocks blocks, TaskFolders folders, EngineSettings settings,
    ScratchFiles scratch, EngineTaskContext context, UserCode userCode, CancellationToken cancellation) : IReduceVisitor, IDisposable
{
    private const int CheckInterval = 1 << 12;

    private readonly TaskProducts products = new();
    private readonly HotKeys hotKeys = new();
    private readonly Disposal reducers = new(userCode);
    private IReadOnlyList<HotKey> hottest = [];
    private long records;
    private long spilled;

    /// <summary>Disposes of the reducer of an attempt that failed.</summary>
    public void GiveUp() => reducers.GiveUp();

    public void Dispose() => products.Dispose();

    /// <summary>Prepares the rows for stores, and tells all that was made.</summary>
    public ReduceResult Prepare()
    {
        try
        {
            products.Prepare();
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.Failure("while the rows for a store were prepared", exception);
        }
        return Result() with { Tickets = products.Tickets };
    }

    private ReduceResult Result() => new(products.Parts, products.Datasets, new TaskTotals
    {
        BytesRead = blocks.Bytes,
        RecordsRead = records,
        SpilledBytes = spilled,
        RowsWritten = products.Rows,
        Counters = context.Counts,
        HotKeys = hottest,
    });

    public void Visit<TKey>(LongFoldNode<TKey> node) where TKey : allows ref struct
    {
        switch (node.Fold)
        {
            case LongFold.Sum: Fold<TKey, SumOperation>(node); break;
            case LongFold.Min: Fold<TKey, MinOperation>(node); break;
            default: Fold<TKey, MaxOperation>(node); break;
        }
    }

    public void Visit<TKey, TValue, TAccumulator, TResult>(FoldNode<TKey, TValue, TAccumulator, TResult> node)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        using var writer = Writer(node.TypedResult);
        using var sorter = Sorter();
        using (var reducer = new AccumulatorReducer<TValue, TAccumulator, TResult>(node.Aggregator, settings.TaskMemory / 4, sorter, userCode, (key, cause) => userCode.FailureAt("", key, node.Channel.Keys.Read, cause)))
            blocks.Fold(reducer);
        using var sorted = sorter.Finish();
        var key = new ByteWriter();
        var more = sorted.MoveNext();
        while (more)
        {
            Check();
            key.Clear();
            key.Write(sorted.Key);
            try
            {
                var state = node.Aggregator.Read(sorted.Value);
                while ((more = sorted.MoveNext()) && sorted.Key.SequenceEqual(key.Written)) node.Aggregator.Merge(ref state, node.Aggregator.Read(sorted.Value));
                writer.Emit(node.Channel.Keys.Read(key.Written), node.Aggregator.Result(state));
            }
            catch (Exception exception) when (userCode.Threw(exception))
            {
                throw userCode.FailureAt("", key.Written, node.Channel.Keys.Read, exception);
            }
        }
        Complete(writer, sorter);
    }

    public void Visit<TKey, TResult>(DistinctNode<TKey, TResult> node) where TKey : allows ref struct
    {
        using var writer = Writer(node.TypedResult);
        using var sorter = Sorter();
        var numbers = new NumberedTexts();
        using (var reducer = new DistinctReducer(settings.TaskMemory / 4, sorter, numbers))
            blocks.Fold(reducer);
        using var sorted = sorter.Finish();
        for (var results = new DistinctResults(sorted, numbers); results.MoveNext(); Check())
        {
            try
            {
                writer.Emit(node.Channel.Keys.Read(results.Key), node.Select(results.Texts()));
            }
            catch (Exception exception) when (userCode.Threw(exception))
            {
                throw userCode.FailureAt("", results.Key, node.Channel.Keys.Read, exception);
            }
        }
        Complete(writer, sorter);
    }

    public void Visit<TKey, TValue, TGroup, TItem, TOutKey, TOutValue>(GroupNode<TKey, TValue, TGroup, TItem, TOutKey, TOutValue> node)
        where TKey : allows ref struct
        where TValue : allows ref struct
        where TGroup : allows ref struct
        where TItem : allows ref struct
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
    {
        using var writer = Writer(node.TypedResult);
        using var sorter = SortAll();
        using var sorted = sorter.Finish();
        var groups = new Groups<TGroup, TItem>(sorted, node.Reading);
        IReducer<TGroup, TItem, TOutKey, TOutValue> reducer;
        try
        {
            reducer = node.Reducer();
            reducers.Take(reducer);
            reducer.Setup(context);
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.Failure("while the reducer was set up", exception);
        }
        while (MoveNext(groups))
        {
            Check();
            try
            {
                reducer.Reduce(groups.Group, groups.Values, writer);
                groups.Skip();
            }
            catch (Exception exception) when (userCode.Threw(exception))
            {
                throw userCode.FailureAt("", groups.GroupBytes, node.Reading.ReadGroup, exception, groups.Count);
            }
            hotKeys.Offer(groups.GroupBytes, groups.Count);
        }
        try
        {
            reducer.Close(writer);
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.Failure("while the reducer was closed", exception);
        }
        reducers.End("reducer");
        hottest = Told(hotKeys.ToList(node.Reading.ReadGroup));
        Complete(writer, sorter);
    }

    public void Visit<TKey, TValue>(SortNode<TKey, TValue> node)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        using var writer = Writer(node.TypedResult);
        using var sorter = SortAll();
        using var sorted = sorter.Finish();
        while (sorted.MoveNext())
        {
            Check();
            try
            {
                writer.Emit(node.Channel.Keys.Read(sorted.Key), node.Channel.Values.Read(sorted.Value));
            }
            catch (Exception exception) when (userCode.Threw(exception))
            {
                throw userCode.FailureAt("", sorted.Key, node.Channel.Keys.Read, exception);
            }
        }
        Complete(writer, sorter);
    }

    private void Fold<TKey, TFold>(LongFoldNode<TKey> node)
        where TKey : allows ref struct
        where TFold : struct, IFoldOperation
    {
        using var writer = Writer(node.TypedResult);
        using var sorter = Sorter();
        bool repeated;
        using (var reducer = new LongFoldReducer<TFold>(settings.TaskMemory / 4, sorter))
        {
            blocks.Fold(reducer);
            repeated = reducer.HasRepeatedKeys;
        }
        using var sorted = sorter.Finish();
        var folded = repeated ? new FoldedPairs<TFold>(sorted) : sorted;
        while (folded.MoveNext())
        {
            Check();
            var key = folded.Key;
            var state = BitConverter.ToInt64(folded.Value);
            hotKeys.Offer(key, state);
            try
            {
                writer.Emit(node.Channel.Keys.Read(key), state);
            }
            catch (Exception exception) when (userCode.Threw(exception))
            {
                throw userCode.FailureAt("", folded.Key, node.Channel.Keys.Read, exception);
            }
        }
        hottest = Told(hotKeys.ToList(node.Channel.Keys.Read));
        Complete(writer, sorter);
    }

    private ResultWriter<TKey, TValue> Writer<TKey, TValue>(DatasetNode<TKey, TValue> result)
        where TKey : allows ref struct
        where TValue : allows ref struct => new(result, new PartNumber(partition, shape.Partitions), folders, settings, products, holds: false);

    private PairSorter Sorter() => new(settings.TaskMemory / 2, settings.Compression, scratch, settings.Key);

    private PairSorter SortAll()
    {
        var sorter = new PairSorter(settings.TaskMemory * 3 / 4, settings.Compression, scratch, settings.Key);
        try
        {
            blocks.AddTo(sorter);
            return sorter;
        }
        catch
        {
            sorter.Dispose();
            throw;
        }
    }

    /// <summary>Steps to the next group, for which the key's codec is asked where a group ends.</summary>
    private bool MoveNext<TGroup, TItem>(Groups<TGroup, TItem> groups)
        where TGroup : allows ref struct
        where TItem : allows ref struct
    {
        try
        {
            return groups.MoveNext();
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.Failure("while keys were grouped", exception);
        }
    }

    private void Complete<TKey, TValue>(ResultWriter<TKey, TValue> writer, PairSorter sorter)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        writer.Complete();
        spilled = sorter.SpilledBytes;
    }

    /// <summary>Where data is encrypted no key of it is told: what is told is written down.</summary>
    private IReadOnlyList<HotKey> Told(IReadOnlyList<HotKey> keys) => settings.Key is null ? keys : [];

    private void Check()
    {
        if (++records % CheckInterval == 0) cancellation.ThrowIfCancellationRequested();
    }
}
