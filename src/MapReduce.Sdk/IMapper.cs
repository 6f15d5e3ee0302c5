namespace MapReduce.Sdk;

/// <summary>A map function as a class, for mappers with state: one instance serves one attempt of one task. One that is <see cref="IDisposable"/> is disposed of when the attempt ends, well or not.</summary>
public interface IMapper<TRecord, TKey, TValue>
    where TRecord : allows ref struct
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    /// <summary>Runs once before the first record of the task.</summary>
    void Setup(TaskContext context) { }

    /// <summary>Maps one record.</summary>
    void Map(TRecord record, IEmitter<TKey, TValue> output);

    /// <summary>Runs once after the last record of the task; may still emit.</summary>
    void Close(IEmitter<TKey, TValue> output) { }
}

/// <summary>A reduce function as a class, for reducers with state: one instance serves one attempt of one task. One that is <see cref="IDisposable"/> is disposed of when the attempt ends, well or not.</summary>
public interface IReducer<TKey, TValue, TOutKey, TOutValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
    where TOutKey : allows ref struct
    where TOutValue : allows ref struct
{
    /// <summary>Runs once before the first key of the task.</summary>
    void Setup(TaskContext context) { }

    /// <summary>Reduces all values of one key.</summary>
    void Reduce(TKey key, Values<TValue> values, IEmitter<TOutKey, TOutValue> output);

    /// <summary>Runs once after the last key of the task; may still emit.</summary>
    void Close(IEmitter<TOutKey, TOutValue> output) { }
}
