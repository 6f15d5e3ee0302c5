namespace MapReduce.Sdk;

/// <summary>A reduce function as a reducer.</summary>
internal sealed class FunctionReducer<TKey, TValue, TOutKey, TOutValue>(ReduceFunction<TKey, TValue, TOutKey, TOutValue> reduce)
    : IReducer<TKey, TValue, TOutKey, TOutValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
    where TOutKey : allows ref struct
    where TOutValue : allows ref struct
{
    public void Reduce(TKey key, Values<TValue> values, IEmitter<TOutKey, TOutValue> output) => reduce(key, values, output);
}
