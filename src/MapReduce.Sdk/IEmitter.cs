namespace MapReduce.Sdk;

/// <summary>Takes the key-value pairs that user code produces.</summary>
public interface IEmitter<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    /// <summary>Emits one pair. Spans are copied before the call returns.</summary>
    /// <exception cref="ArgumentNullException">The key or the value is null.</exception>
    void Emit(scoped TKey key, scoped TValue value);
}

/// <summary>The emitters of the channels that one map function feeds.</summary>
public interface IEmitters
{
    /// <summary>The emitter of <paramref name="channel"/>.</summary>
    /// <exception cref="InvalidOperationException">The channel was not named when the function was attached.</exception>
    IEmitter<TKey, TValue> To<TKey, TValue>(Pairs<TKey, TValue> channel)
        where TKey : allows ref struct
        where TValue : allows ref struct;
}
