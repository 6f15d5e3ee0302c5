namespace MapReduce.Sdk;

/// <summary>The pairs that map functions emit, whatever their types.</summary>
public abstract class Channel
{
    internal abstract ChannelNode Definition { get; }
}

/// <summary>The pairs that map functions emit: to be aggregated, reduced or sorted by key, or written as they come.</summary>
public sealed class Pairs<TKey, TValue> : Channel
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    internal Pairs(JobBuilder job, ChannelNode<TKey, TValue> node)
    {
        Job = job;
        Node = node;
    }

    internal JobBuilder Job { get; }

    internal ChannelNode<TKey, TValue> Node { get; }

    internal override ChannelNode Definition => Node;

    /// <summary>Sets the number of partitions, which is the number of reduce tasks and of part files.</summary>
    public Pairs<TKey, TValue> Partitions(int count)
    {
        if (count is < 1 or > 100_000) throw new JobException(JobError.Definition, $"{count} partitions cannot be made. Give a number from 1 to 100000.");
        Node.Partitions = count;
        return this;
    }

    /// <summary>Chooses partitions by a function of the author's instead of a hash.</summary>
    public Pairs<TKey, TValue> PartitionBy(PartitionFunction<TKey> partition)
    {
        Node.Partitioning = PartitioningKind.Custom;
        Node.CustomPartition = partition;
        return this;
    }

    /// <summary>Splits the keys into ranges found by sampling, so that the parts, read one after another, are in key order.</summary>
    public Pairs<TKey, TValue> TotalOrder()
    {
        Node.Partitioning = PartitioningKind.Range;
        return this;
    }

    /// <summary>Replaces the codecs that the types would get by themselves.</summary>
    public Pairs<TKey, TValue> WithCodecs(KeyCodec<TKey>? keys = null, Codec<TValue>? values = null)
    {
        Node.Keys = keys ?? Node.Keys;
        Node.ExactKeys = keys ?? Node.ExactKeys;
        Node.Values = values ?? Node.Values;
        return this;
    }

    /// <summary>Folds the values of each key before the shuffle. The function may run any number of times, also not at all, and must not change the result.</summary>
    public Pairs<TKey, TValue> Combine(ReduceFunction<TKey, TValue, TKey, TValue> combine)
    {
        Node.Combiner = combine;
        return this;
    }

    /// <summary>Folds all values of each key into one result.</summary>
    public Dataset<TKey, TResult> Aggregate<TResult>(Aggregator<TValue, TResult> aggregator)
    {
        var result = NewDataset(() => Node.ExactKeys, () => Job.Codecs.Value<TResult>());
        SetReduce(aggregator.With(Job.Codecs).Attach(Node, result));
        return new Dataset<TKey, TResult>(Job, result);
    }

    /// <summary>Reduces all values of each key with a function.</summary>
    public Dataset<TOutKey, TOutValue> Reduce<TOutKey, TOutValue>(ReduceFunction<TKey, TValue, TOutKey, TOutValue> reduce)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
        => Reduce(() => new FunctionReducer<TKey, TValue, TOutKey, TOutValue>(reduce));

    /// <summary>Reduces all values of each key with an object that <paramref name="create"/> makes for each attempt; one that is <see cref="IDisposable"/> is disposed of at its end.</summary>
    public Dataset<TOutKey, TOutValue> Reduce<TOutKey, TOutValue>(Func<IReducer<TKey, TValue, TOutKey, TOutValue>> create)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
        => Group(new WholeKeyReading<TKey, TValue>(Node), create);

    /// <summary>Passes the pairs on in key order, equal keys in the order of their input.</summary>
    public Dataset<TKey, TValue> Sort()
    {
        var result = NewDataset(() => Node.ExactKeys, () => Node.Values);
        SetReduce(new SortNode<TKey, TValue>(Node, result));
        return new Dataset<TKey, TValue>(Job, result);
    }

    /// <summary>The pairs as they come from the map functions, without a shuffle: the job, or this channel of it, is map-only.</summary>
    public Dataset<TKey, TValue> MapOnly()
    {
        if (Node.Reduce is not null) throw AlreadyUsed();
        Node.MapOnlyResult ??= NewDataset(() => Node.ExactKeys, () => Node.Values);
        return new Dataset<TKey, TValue>(Job, Node.MapOnlyResult);
    }

    /// <summary>Writes the pairs as text without a shuffle; see <see cref="Dataset{TKey, TValue}.WriteText"/>.</summary>
    public void WriteText(OutputTarget target) => MapOnly().WriteText(target);

    internal Dataset<TOutKey, TOutValue> Group<TGroup, TItem, TOutKey, TOutValue>(
        GroupReading<TGroup, TItem> reading, Func<IReducer<TGroup, TItem, TOutKey, TOutValue>> create)
        where TGroup : allows ref struct
        where TItem : allows ref struct
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
    {
        var result = NewDataset(() => Job.Codecs.Value<TOutKey>(), () => Job.Codecs.Value<TOutValue>());
        SetReduce(new GroupNode<TKey, TValue, TGroup, TItem, TOutKey, TOutValue>(Node, reading, create, result));
        return new Dataset<TOutKey, TOutValue>(Job, result);
    }

    private DatasetNode<TOutKey, TOutValue> NewDataset<TOutKey, TOutValue>(Func<Codec<TOutKey>> keys, Func<Codec<TOutValue>> values)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
        => new(keys, values) { Channel = Node };

    private void SetReduce(ReduceNode<TKey, TValue> reduce)
    {
        if (Node.Reduce is not null || Node.MapOnlyResult is not null) throw AlreadyUsed();
        Node.TypedReduce = reduce;
    }

    private static JobException AlreadyUsed() => new(JobError.Definition,
        "The same pairs are reduced, aggregated, sorted or written twice. Keep the dataset that the first call returned and use it twice, or map into a second channel.");
}
