using MapReduce.Engine.Distinct;
using MapReduce.Engine.Fold;
using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Sorting;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Runs one attempt at a reduce task: one partition of one channel.</summary>
internal sealed class ReduceTask(JobDefinition job, StagePlan plan, EngineSettings settings)
{
    /// <summary>Runs the attempt on this thread.</summary>
    /// <param name="identity">The attempt.</param>
    /// <param name="maps">The outputs of all map tasks of the stage, in the order of the tasks.</param>
    /// <param name="folders">Where the attempt's files go.</param>
    /// <param name="progress">Told of bytes of map output taken; null where nobody asks.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="EngineException">The attempt failed.</exception>
    /// <exception cref="OperationCanceledException">The attempt was cancelled.</exception>
    public ReduceResult Run(TaskIdentity identity, IReadOnlyList<MapOutput> maps, TaskFolders folders, Action<long>? progress, CancellationToken cancellation)
    {
        var (channel, partition) = plan.Reduce(identity.Index);
        var scratch = new ScratchFiles(folders.Scratch);
        var context = new EngineTaskContext(identity, job.Counters.Count, scratch);
        var userCode = new UserCode(job.Name, plan.Stage, "reduce", cancellation);
        using var run = new Runner(plan, channel, partition, maps, folders, settings, scratch, context, userCode, progress, cancellation);
        TaskContext.Enter(context);
        try
        {
            SideFiles.CheckUnchanged(job);
            job.Stages[plan.Stage].Channels[channel].Reduce!.Accept(run);
            SideFiles.CheckUnchanged(job);
            return run.Prepare();
        }
        finally
        {
            run.GiveUp();
            TaskContext.Enter(null);
            scratch.Delete();
        }
    }

    private sealed unsafe class Runner(
        StagePlan plan, int channel, int partition, IReadOnlyList<MapOutput> maps, TaskFolders folders, EngineSettings settings,
        ScratchFiles scratch, EngineTaskContext context, UserCode userCode, Action<long>? progress, CancellationToken cancellation) : IReduceVisitor, IDisposable
    {
        private const int CheckInterval = 1 << 12;

        private readonly ChannelShape shape = plan.Channels[channel]!;
        private readonly TaskProducts products = new();
        private readonly HotKeys hotKeys = new();
        private readonly Disposal reducers = new(userCode);
        private IReadOnlyList<HotKey> hottest = [];
        private long bytes;
        private long records;
        private long spilled;

        /// <summary>Disposes of the reducer of an attempt that failed.</summary>
        public void GiveUp() => reducers.GiveUp();

        public void Dispose() => products.Dispose();

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
            BytesRead = bytes,
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
                Fold(reducer);
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
                Fold(reducer);
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
            hottest = hotKeys.ToList(node.Reading.ReadGroup);
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
                Fold(reducer);
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
            hottest = hotKeys.ToList(node.Channel.Keys.Read);
            Complete(writer, sorter);
        }

        private ResultWriter<TKey, TValue> Writer<TKey, TValue>(DatasetNode<TKey, TValue> result)
            where TKey : allows ref struct
            where TValue : allows ref struct => new(result, new PartNumber(partition, shape.Partitions), folders, settings, products, holds: false);

        private PairSorter Sorter() => new(settings.TaskMemory / 2, settings.Compression, scratch);

        private PairSorter SortAll()
        {
            var sorter = new PairSorter(settings.TaskMemory * 3 / 4, settings.Compression, scratch);
            try
            {
                ForEachBlock(0, (block, length, stays) =>
                {
                    if (stays) sorter.AddInPlace(block, length);
                    else sorter.AddCopy(block, length);
                });
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

        private void Fold(IBucketReducer reducer)
        {
            for (var bucket = 0; bucket < shape.Buckets; bucket++)
            {
                reducer.BeginBucket(BucketBytes(bucket));
                ForEachBlock(bucket, (block, length, _) => reducer.AddBlock(block, length));
                reducer.EndBucket();
            }
        }

        private long BucketBytes(int bucket)
        {
            var total = 0L;
            foreach (var map in maps)
                foreach (ref readonly var block in map.Blocks(shape.Segment(partition, bucket))) total += Math.Max(block.StoredLength, block.RawLength);
            return total;
        }

        private void ForEachBlock(int bucket, BlockAction action)
        {
            using var source = new BlockSource();
            foreach (var map in maps)
            {
                foreach (ref readonly var block in map.Blocks(shape.Segment(partition, bucket)))
                {
                    cancellation.ThrowIfCancellationRequested();
                    var start = source.Read(map, block, out var length);
                    action(start, length, block.Memory != null);
                    bytes += block.StoredLength;
                    progress?.Invoke(block.StoredLength);
                }
            }
        }

        private void Check()
        {
            if (++records % CheckInterval == 0) cancellation.ThrowIfCancellationRequested();
        }
    }

    private unsafe delegate void BlockAction(byte* block, int length, bool stays);
}
