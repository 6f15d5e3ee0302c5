namespace MapReduce.Engine.Sorting;

/// <summary>Pairs in key order, equal keys in the order of their input.</summary>
internal abstract class SortedPairs : IDisposable
{
    /// <summary>The key of the present pair, valid until the next step.</summary>
    public abstract ReadOnlySpan<byte> Key { get; }

    /// <summary>The value of the present pair, valid until the next step.</summary>
    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>Steps to the next pair.</summary>
    /// <returns>Whether there was one.</returns>
    public abstract bool MoveNext();

    public virtual void Dispose()
    {
    }
}

/// <summary>Sorted pairs that are all in memory.</summary>
internal sealed unsafe class MemoryPairs(SortItem* items, long count) : SortedPairs
{
    private const int Ahead = 16;

    private long next;
    private byte* key;
    private byte* value;
    private int keyLength;
    private int valueLength;

    public override ReadOnlySpan<byte> Key => new(key, keyLength);

    public override ReadOnlySpan<byte> Value => new(value, valueLength);

    public override bool MoveNext()
    {
        if (next == count) return false;
        // The records lie all over memory: fetching them ahead hides most of the way there.
        if (next + Ahead < count && System.Runtime.Intrinsics.X86.Sse.IsSupported)
        {
            var ahead = items[next + Ahead].Record;
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(ahead);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(ahead + 64);
        }
        var record = items[next++].Record;
        PairRecord.Read(record, out var keySpan, out var valueSpan);
        key = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(keySpan));
        keyLength = keySpan.Length;
        value = key + keyLength;
        valueLength = valueSpan.Length;
        return true;
    }
}
