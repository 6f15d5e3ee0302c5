using Xunit;

namespace MapReduce.Sdk.Tests;

/// <summary>Folds values by an aggregator whose state has a type that the caller need not know.</summary>
internal static class Folding
{
    /// <summary>The result of values folded one after another.</summary>
    public static TResult Fold<TValue, TResult>(this Aggregator<TValue, TResult> aggregator, params TValue[] values) => FoldDealt(aggregator, values, 1, null);

    /// <summary>The result of values dealt to several states in any order, which are encoded, decoded and merged in any order.</summary>
    public static TResult FoldDealt<TValue, TResult>(this Aggregator<TValue, TResult> aggregator, TValue[] values, int states, Random? random)
        => Dealt((dynamic)aggregator, values, states, random);

    private static TResult Dealt<TValue, TAccumulator, TResult>(Aggregator<TValue, TAccumulator, TResult> aggregator, TValue[] values, int states, Random? random)
    {
        var shuffled = values.ToArray();
        random?.Shuffle(shuffled);
        var parts = Enumerable.Range(0, states).Select(state => shuffled.Where((_, index) => index % states == state).ToArray()).ToArray();
        random?.Shuffle(parts);
        var merged = aggregator.Create();
        foreach (var part in parts)
        {
            if (part.Length == 0) continue;
            var state = aggregator.Create();
            foreach (var value in part) aggregator.Add(ref state, value);
            aggregator.Merge(ref merged, Encoded(aggregator, state));
        }
        return aggregator.Result(values.Length == 0 ? merged : Encoded(aggregator, merged));
    }

    private static TAccumulator Encoded<TValue, TAccumulator, TResult>(Aggregator<TValue, TAccumulator, TResult> aggregator, TAccumulator state)
    {
        Assert.True(aggregator.SizeOf(state) > 0);
        var writer = new ByteWriter();
        aggregator.Write(state, writer);
        return aggregator.Read(writer.Written);
    }
}
