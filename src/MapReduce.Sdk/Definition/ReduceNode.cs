namespace MapReduce.Sdk;

/// <summary>What happens to the pairs of a channel after the shuffle.</summary>
internal abstract class ReduceNode
{
    public abstract DatasetNode Result { get; }

    /// <summary>Whether values are folded on both sides of the shuffle, so that a partition may be taken in buckets.</summary>
    public virtual bool IsFolded => true;

    /// <summary>Whether keys of one group, rather than equal keys, must meet in one partition.</summary>
    public virtual bool GroupsByPrefix => false;

    /// <summary>How the columns of the result's keys compare; null where rows do not show their order.</summary>
    public abstract IReadOnlyList<string>? KeyColumns { get; }

    public abstract void Accept(IReduceVisitor visitor);
}

internal abstract class ReduceNode<TKey, TValue>(ChannelNode<TKey, TValue> channel) : ReduceNode
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public ChannelNode<TKey, TValue> Channel { get; } = channel;

    public override IReadOnlyList<string>? KeyColumns => Sdk.KeyColumns.Of(Channel.Keys);
}

/// <summary>Folds 64-bit integers in place.</summary>
internal sealed class LongFoldNode<TKey>(ChannelNode<TKey, long> channel, LongFold fold, DatasetNode<TKey, long> result) : ReduceNode<TKey, long>(channel)
    where TKey : allows ref struct
{
    public LongFold Fold { get; } = fold;

    public DatasetNode<TKey, long> TypedResult { get; } = result;

    public override DatasetNode Result => TypedResult;

    public override void Accept(IReduceVisitor visitor) => visitor.Visit(this);
}

/// <summary>Folds values into accumulators of the author's type.</summary>
internal sealed class FoldNode<TKey, TValue, TAccumulator, TResult>(
    ChannelNode<TKey, TValue> channel, Aggregator<TValue, TAccumulator, TResult> aggregator, DatasetNode<TKey, TResult> result) : ReduceNode<TKey, TValue>(channel)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public Aggregator<TValue, TAccumulator, TResult> Aggregator { get; } = aggregator;

    public DatasetNode<TKey, TResult> TypedResult { get; } = result;

    public override DatasetNode Result => TypedResult;

    public override void Accept(IReduceVisitor visitor) => visitor.Visit(this);
}

/// <summary>Collects the different texts of each key.</summary>
internal sealed class DistinctNode<TKey, TResult>(ChannelNode<TKey, Utf8> channel, Func<ValueList, TResult> select, DatasetNode<TKey, TResult> result)
    : ReduceNode<TKey, Utf8>(channel)
    where TKey : allows ref struct
{
    /// <summary>Makes the result of the texts in byte order.</summary>
    public Func<ValueList, TResult> Select { get; } = select;

    public DatasetNode<TKey, TResult> TypedResult { get; } = result;

    public override DatasetNode Result => TypedResult;

    public override void Accept(IReduceVisitor visitor) => visitor.Visit(this);
}

/// <summary>Streams the values of each group to a reducer.</summary>
internal sealed class GroupNode<TKey, TValue, TGroup, TItem, TOutKey, TOutValue>(
    ChannelNode<TKey, TValue> channel,
    GroupReading<TGroup, TItem> reading,
    Func<IReducer<TGroup, TItem, TOutKey, TOutValue>> reducer,
    DatasetNode<TOutKey, TOutValue> result) : ReduceNode<TKey, TValue>(channel)
    where TKey : allows ref struct
    where TValue : allows ref struct
    where TGroup : allows ref struct
    where TItem : allows ref struct
    where TOutKey : allows ref struct
    where TOutValue : allows ref struct
{
    public GroupReading<TGroup, TItem> Reading { get; } = reading;

    public override bool IsFolded => false;

    public override bool GroupsByPrefix => Reading.IsPrefix;

    // A reducer may emit any key. One of the group's own type is nearly always the group's.
    public override IReadOnlyList<string>? KeyColumns
        => typeof(TGroup) == typeof(TOutKey) && base.KeyColumns is not null ? Sdk.KeyColumns.Of(typeof(TOutKey)) : null;

    /// <summary>Makes the reducer of one task attempt.</summary>
    public Func<IReducer<TGroup, TItem, TOutKey, TOutValue>> Reducer { get; } = reducer;

    public DatasetNode<TOutKey, TOutValue> TypedResult { get; } = result;

    public override DatasetNode Result => TypedResult;

    public override void Accept(IReduceVisitor visitor) => visitor.Visit(this);
}

/// <summary>Passes the pairs on in key order.</summary>
internal sealed class SortNode<TKey, TValue>(ChannelNode<TKey, TValue> channel, DatasetNode<TKey, TValue> result) : ReduceNode<TKey, TValue>(channel)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public override bool IsFolded => false;

    public DatasetNode<TKey, TValue> TypedResult { get; } = result;

    public override DatasetNode Result => TypedResult;

    public override void Accept(IReduceVisitor visitor) => visitor.Visit(this);
}

/// <summary>Opens a reduce step with its types.</summary>
internal interface IReduceVisitor
{
    void Visit<TKey>(LongFoldNode<TKey> node) where TKey : allows ref struct;

    void Visit<TKey, TValue, TAccumulator, TResult>(FoldNode<TKey, TValue, TAccumulator, TResult> node)
        where TKey : allows ref struct
        where TValue : allows ref struct;

    void Visit<TKey, TResult>(DistinctNode<TKey, TResult> node) where TKey : allows ref struct;

    void Visit<TKey, TValue, TGroup, TItem, TOutKey, TOutValue>(GroupNode<TKey, TValue, TGroup, TItem, TOutKey, TOutValue> node)
        where TKey : allows ref struct
        where TValue : allows ref struct
        where TGroup : allows ref struct
        where TItem : allows ref struct
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct;

    void Visit<TKey, TValue>(SortNode<TKey, TValue> node)
        where TKey : allows ref struct
        where TValue : allows ref struct;
}
