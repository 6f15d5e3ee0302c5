namespace MapReduce.Sdk;

/// <summary>The different values of a key.</summary>
public static class DistinctValues
{
    /// <summary>The different texts of a key in byte order. Fastest where the same texts come again and again, as names of files do.</summary>
    public static Aggregator<Utf8, ValueList> OfUtf8() => new Distinct<ValueList>(values => values);

    /// <summary>Names the folding; how it is done is the engine's affair.</summary>
    private sealed class Distinct<TResult>(Func<ValueList, TResult> select) : Aggregator<Utf8, TResult>
    {
        public override Aggregator<Utf8, TNew> Select<TNew>(Func<TResult, TNew> next) => new Distinct<TNew>(values => next(select(values)));

        internal override Aggregator<Utf8, TResult> With(CodecRegistry codecs) => this;

        internal override TOut Accept<TOut>(IAggregatorVisitor<Utf8, TResult, TOut> visitor)
            => visitor.Visit(new SelectingAggregator<Utf8, TextList, ValueList, TResult>(new TextLists(), select));

        internal override ReduceNode<TKey, Utf8> Attach<TKey>(ChannelNode<TKey, Utf8> channel, DatasetNode<TKey, TResult> result)
            => new DistinctNode<TKey, TResult>(channel, select, result);
    }
}
