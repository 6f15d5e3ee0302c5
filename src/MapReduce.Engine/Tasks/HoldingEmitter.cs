using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Where the pairs of one channel go when a record is one transaction: whatever of the author's code a pair needs runs when it is held, and nothing of it when it is released.</summary>
internal interface IHoldsBack<TKey, TValue> : IHoldsBack
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    /// <summary>Takes a pair of the present record, as far as its author's code is concerned.</summary>
    void Hold(scoped TKey key, scoped TValue value);
}

/// <summary>What holds something of the present record until it is known whether the record is good.</summary>
internal interface IHoldsBack
{
    /// <summary>Passes on what is held. Runs none of the code that may refuse a record.</summary>
    void Release();

    /// <summary>Drops what is held.</summary>
    void Forget();
}

/// <summary>Holds back the pairs of the present record, so that a record that turns out bad leaves none behind. Only where bad records are skipped.</summary>
internal sealed class HoldingEmitter<TKey, TValue>(IHoldsBack<TKey, TValue> next) : IEmitter<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public void Emit(scoped TKey key, scoped TValue value) => next.Hold(key, value);
}
