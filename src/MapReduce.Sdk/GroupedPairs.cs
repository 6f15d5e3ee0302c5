namespace MapReduce.Sdk;

/// <summary>Pairs sorted by a two-part key and grouped by its first part: secondary sort.</summary>
public sealed class GroupedPairs<TFirst, TSecond, TValue>
{
    private readonly Pairs<(TFirst, TSecond), TValue> pairs;

    internal GroupedPairs(Pairs<(TFirst, TSecond), TValue> pairs) => this.pairs = pairs;

    /// <summary>Reduces each group; its items come in the order of the second part of the key, equal ones in the order of their input.</summary>
    public Dataset<TOutKey, TOutValue> Reduce<TOutKey, TOutValue>(ReduceFunction<TFirst, (TSecond Second, TValue Value), TOutKey, TOutValue> reduce)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
        => Reduce(() => new FunctionReducer<TFirst, (TSecond Second, TValue Value), TOutKey, TOutValue>(reduce));

    /// <summary>Reduces each group with an object that <paramref name="create"/> makes for each attempt.</summary>
    public Dataset<TOutKey, TOutValue> Reduce<TOutKey, TOutValue>(Func<IReducer<TFirst, (TSecond Second, TValue Value), TOutKey, TOutValue>> create)
        where TOutKey : allows ref struct
        where TOutValue : allows ref struct
        => pairs.Group(new FirstComponentReading<TFirst, TSecond, TValue>(pairs.Node, pairs.Job.Codecs.Key<TFirst>()), create);
}

/// <summary>Grouping of pairs whose key has two parts.</summary>
public static class GroupingExtensions
{
    /// <summary>Groups by the first part of the key: such keys share a partition and a group, sorted by the second part.</summary>
    public static GroupedPairs<TFirst, TSecond, TValue> GroupByFirst<TFirst, TSecond, TValue>(this Pairs<(TFirst, TSecond), TValue> pairs) => new(pairs);
}
