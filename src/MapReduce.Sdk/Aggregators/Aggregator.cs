namespace MapReduce.Sdk;

/// <summary>Folds the values of a key into one result, in any order and any grouping. The engine folds in place on both sides of the shuffle.</summary>
public abstract class Aggregator<TValue, TResult> where TValue : allows ref struct
{
    /// <summary>The same folding with another result, made from this one's at the end.</summary>
    public abstract Aggregator<TValue, TNew> Select<TNew>(Func<TResult, TNew> select);

    /// <summary>The same folding with the codecs of a job.</summary>
    internal abstract Aggregator<TValue, TResult> With(CodecRegistry codecs);

    /// <summary>Opens the folding with the type of a state, for those who fold by it.</summary>
    internal abstract TOut Accept<TOut>(IAggregatorVisitor<TValue, TResult, TOut> visitor);

    internal abstract ReduceNode<TKey, TValue> Attach<TKey>(ChannelNode<TKey, TValue> channel, DatasetNode<TKey, TResult> result)
        where TKey : allows ref struct;
}

/// <summary>Is told the type of an aggregator's state.</summary>
internal interface IAggregatorVisitor<TValue, TResult, TOut> where TValue : allows ref struct
{
    TOut Visit<TAccumulator>(Aggregator<TValue, TAccumulator, TResult> aggregator);
}

/// <summary>An aggregator with a state of its own type. Results must not depend on the order of folding.</summary>
public abstract class Aggregator<TValue, TAccumulator, TResult> : Aggregator<TValue, TResult> where TValue : allows ref struct
{
    /// <summary>The state before any value.</summary>
    public abstract TAccumulator Create();

    /// <summary>Folds one value into <paramref name="accumulator"/>.</summary>
    public abstract void Add(ref TAccumulator accumulator, scoped TValue value);

    /// <summary>Folds another state into <paramref name="accumulator"/>; <paramref name="other"/> is not used again.</summary>
    public abstract void Merge(ref TAccumulator accumulator, TAccumulator other);

    /// <summary>Appends the state's encoding.</summary>
    public abstract void Write(TAccumulator accumulator, ByteWriter writer);

    /// <summary>Decodes a state from exactly <paramref name="bytes"/>.</summary>
    public abstract TAccumulator Read(ReadOnlySpan<byte> bytes);

    /// <summary>The result of all that was folded.</summary>
    public abstract TResult Result(TAccumulator accumulator);

    /// <summary>About how many bytes of memory the state holds, for the task's memory bound. Override it where states are larger than 64 bytes; it is called seldom.</summary>
    public virtual int SizeOf(TAccumulator accumulator) => 64;

    /// <inheritdoc/>
    public sealed override Aggregator<TValue, TNew> Select<TNew>(Func<TResult, TNew> select) => new SelectingAggregator<TValue, TAccumulator, TResult, TNew>(this, select);

    internal sealed override Aggregator<TValue, TResult> With(CodecRegistry codecs) => Bound(codecs);

    /// <summary>The same folding with the codecs of a job; itself where it needs none.</summary>
    internal virtual Aggregator<TValue, TAccumulator, TResult> Bound(CodecRegistry codecs) => this;

    internal sealed override TOut Accept<TOut>(IAggregatorVisitor<TValue, TResult, TOut> visitor) => visitor.Visit(this);

    internal sealed override ReduceNode<TKey, TValue> Attach<TKey>(ChannelNode<TKey, TValue> channel, DatasetNode<TKey, TResult> result)
        => new FoldNode<TKey, TValue, TAccumulator, TResult>(channel, this, result);
}

/// <summary>How two 64-bit states become one.</summary>
public enum LongFold
{
    /// <summary>Their sum, modulo 2^64.</summary>
    Sum,

    /// <summary>The smaller.</summary>
    Min,

    /// <summary>The larger.</summary>
    Max,
}

/// <summary>An aggregator whose state is one 64-bit integer that the engine keeps inside its table: the fastest kind.</summary>
public sealed class LongAggregator(LongFold fold) : Aggregator<long, long>
{
    /// <summary>How states are folded.</summary>
    public LongFold Fold { get; } = fold;

    /// <inheritdoc/>
    public override Aggregator<long, TNew> Select<TNew>(Func<long, TNew> select) => new BoxedLongAggregator(Fold).Select(select);

    internal override Aggregator<long, long> With(CodecRegistry codecs) => this;

    internal override TOut Accept<TOut>(IAggregatorVisitor<long, long, TOut> visitor) => visitor.Visit(new BoxedLongAggregator(Fold));

    internal override ReduceNode<TKey, long> Attach<TKey>(ChannelNode<TKey, long> channel, DatasetNode<TKey, long> result)
        => new LongFoldNode<TKey>(channel, Fold, result);
}
