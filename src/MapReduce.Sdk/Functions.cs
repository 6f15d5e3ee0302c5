namespace MapReduce.Sdk;

/// <summary>Maps one record to any number of key-value pairs.</summary>
/// <param name="record">The record; a span record is valid only during the call.</param>
/// <param name="output">Receives the pairs.</param>
public delegate void MapFunction<TRecord, TKey, TValue>(TRecord record, IEmitter<TKey, TValue> output)
    where TRecord : allows ref struct
    where TKey : allows ref struct
    where TValue : allows ref struct;

/// <summary>Maps one record to pairs of several channels of the job.</summary>
/// <param name="record">The record; a span record is valid only during the call.</param>
/// <param name="output">Gives the emitter of each channel named when the function was attached.</param>
public delegate void FanOutFunction<TRecord>(TRecord record, IEmitters output)
    where TRecord : allows ref struct;

/// <summary>Maps one pair of an earlier stage to any number of pairs.</summary>
public delegate void MapPairFunction<TInKey, TInValue, TKey, TValue>(TInKey key, TInValue value, IEmitter<TKey, TValue> output)
    where TInKey : allows ref struct
    where TInValue : allows ref struct
    where TKey : allows ref struct
    where TValue : allows ref struct;

/// <summary>Reduces all values of one key to any number of pairs. Values come in the order (input, split, position in the split).</summary>
/// <param name="key">The key, or the group when the pairs are grouped by a prefix.</param>
/// <param name="values">The values, streamed once; they need not be read.</param>
/// <param name="output">Receives the results.</param>
public delegate void ReduceFunction<TKey, TValue, TOutKey, TOutValue>(TKey key, Values<TValue> values, IEmitter<TOutKey, TOutValue> output)
    where TKey : allows ref struct
    where TValue : allows ref struct
    where TOutKey : allows ref struct
    where TOutValue : allows ref struct;

/// <summary>Takes one record from a reader.</summary>
internal delegate void RecordAction<TRecord>(TRecord record) where TRecord : allows ref struct;

/// <summary>Takes one pair of an earlier stage from a reader.</summary>
internal delegate void PairAction<TKey, TValue>(TKey key, TValue value)
    where TKey : allows ref struct
    where TValue : allows ref struct;
