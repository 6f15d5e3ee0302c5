using MapReduce.Engine.Distinct;
using MapReduce.Engine.Fold;
using MapReduce.Engine.Input;
using MapReduce.Engine.Output;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Sorting;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Makes the emitters of one map task, one for each channel that its source feeds.</summary>
internal sealed class MapBinder(
    StageNode stage, StagePlan plan, FileSplit split, SegmentBuffers? buffers, EngineTaskContext context, BadRecords badRecords, UserCode userCode,
    EngineSettings settings, ScratchFiles scratch, TaskFolders folders, TaskProducts products) : IMapBinder, IDisposable
{
    private const long SmallestTable = 64 << 10;

    private readonly object?[] emitters = new object?[stage.Channels.Count];
    private readonly List<IMapEnd> ends = [];
    private readonly List<Action> closers = [];
    private readonly Disposal mappers = new(userCode);

    public TaskContext Context => context;

    public void Own(object mapper) => mappers.Take(mapper);

    public void OnClose(Action close) => closers.Add(close);

    public IEmitter<TKey, TValue> To<TKey, TValue>(Pairs<TKey, TValue> channel)
        where TKey : allows ref struct
        where TValue : allows ref struct
        => emitters[channel.Node.Index] as IEmitter<TKey, TValue> ?? Emitter(channel.Node);

    public IEmitter<TKey, TValue> Emitter<TKey, TValue>(ChannelNode<TKey, TValue> channel)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        if (channel.Stage != stage.Index || stage.Channels[channel.Index] != channel)
            throw new InvalidOperationException("The map function emits to a channel that was not named when it was attached. Name it in MapTo.");
        if (emitters[channel.Index] is IEmitter<TKey, TValue> existing) return existing;
        var emitter = Make(channel);
        if (badRecords.Skips)
        {
            var holds = (IHoldsBack<TKey, TValue>)emitter;
            badRecords.HeldBack.Add(holds);
            emitter = new HoldingEmitter<TKey, TValue>(holds);
        }
        emitters[channel.Index] = emitter;
        return emitter;
    }

    /// <summary>Closes the mappers, disposes of them, and hands over what emitters hold back.</summary>
    public void Complete()
    {
        foreach (var close in closers) close();
        mappers.End("mapper");
        badRecords.OnGoodRecord();
        foreach (var end in ends) end.Complete();
    }

    /// <summary>Disposes of the mappers of an attempt that failed.</summary>
    public void GiveUp() => mappers.GiveUp();

    public void Dispose()
    {
        foreach (var end in ends) end.Dispose();
    }

    private IEmitter<TKey, TValue> Make<TKey, TValue>(ChannelNode<TKey, TValue> channel)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        if (channel.IsMapOnly)
            return Ending(new ResultWriter<TKey, TValue>(channel.MapOnlyResult!, new PartNumber(context.Task, plan.Maps), folders, settings, products, badRecords.Skips));
        var maker = new EmitterMaker(plan.Channels[channel.Index]!, buffers!, Memory, Ending, userCode);
        channel.Reduce!.Accept(maker);
        if (maker.Emitter is IEmitter<TKey, TValue> folding) return folding;

        var router = new SegmentRouter<TKey>(plan.Channels[channel.Index]!, channel, channel.Keys, channel.CustomPartition, channel.Reduce.GroupsByPrefix, userCode);
        var pairs = new PairEmitter<TKey, TValue>(channel, router, buffers!);
        return channel.Combiner is not null && settings.Combine
            ? Ending(new CombiningEmitter<TKey, TValue>(channel, pairs, router, Memory, settings, scratch, userCode))
            : pairs;
    }

    // A quarter of the task's memory is in the segments' buffers; the channels share a half. A small split needs no large table.
    private long Memory => settings.Combine ? Math.Min(settings.TaskMemory / 2 / Math.Max(1, stage.Channels.Count), Math.Max(SmallestTable, 4 * split.Length)) : 0;

    private T Ending<T>(T end) where T : IMapEnd
    {
        ends.Add(end);
        return end;
    }

    private sealed class EmitterMaker(ChannelShape shape, SegmentBuffers buffers, long memory, Func<IMapEnd, IMapEnd> ending, UserCode userCode) : IReduceVisitor
    {
        public object? Emitter { get; private set; }

        public void Visit<TKey>(LongFoldNode<TKey> node) where TKey : allows ref struct
            => Emitter = ending(node.Fold switch
            {
                LongFold.Sum => new LongFoldEmitter<TKey, SumOperation>(node.Channel, shape, buffers, memory, userCode),
                LongFold.Min => new LongFoldEmitter<TKey, MinOperation>(node.Channel, shape, buffers, memory, userCode),
                _ => new LongFoldEmitter<TKey, MaxOperation>(node.Channel, shape, buffers, memory, userCode),
            });

        public void Visit<TKey, TValue, TAccumulator, TResult>(FoldNode<TKey, TValue, TAccumulator, TResult> node)
            where TKey : allows ref struct
            where TValue : allows ref struct
            => Emitter = ending((object)node is FoldNode<TKey, double, ExactSum.State, TResult> sums
                ? new DoubleSumEmitter<TKey>(sums.Channel, shape, buffers, memory, userCode)
                : new AccumulatorEmitter<TKey, TValue, TAccumulator, TResult>(node.Channel, node.Aggregator, shape, buffers, memory, userCode));

        public void Visit<TKey, TResult>(DistinctNode<TKey, TResult> node) where TKey : allows ref struct
            => Emitter = ending(new DistinctEmitter<TKey>(node.Channel, shape, buffers, memory, userCode));

        public void Visit<TKey, TValue, TGroup, TItem, TOutKey, TOutValue>(GroupNode<TKey, TValue, TGroup, TItem, TOutKey, TOutValue> node)
            where TKey : allows ref struct
            where TValue : allows ref struct
            where TGroup : allows ref struct
            where TItem : allows ref struct
            where TOutKey : allows ref struct
            where TOutValue : allows ref struct
        {
        }

        public void Visit<TKey, TValue>(SortNode<TKey, TValue> node)
            where TKey : allows ref struct
            where TValue : allows ref struct
        {
        }
    }
}
