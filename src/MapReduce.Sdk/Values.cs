namespace MapReduce.Sdk;

/// <summary>The values of one key, streamed once in the order (input, split, position in the split).</summary>
/// <remarks>Holds one value at a time, so a key may have more values than fit into memory. A span value is valid until the next step.</remarks>
public abstract class Values<TValue> where TValue : allows ref struct
{
    /// <summary>The value that the last successful <see cref="MoveNext"/> reached.</summary>
    public abstract TValue Current { get; }

    /// <summary>Steps to the next value.</summary>
    /// <returns>Whether there was one.</returns>
    public abstract bool MoveNext();

    /// <summary>This sequence itself, so that <c>foreach</c> works; a second enumeration goes on where the first stopped.</summary>
    public Values<TValue> GetEnumerator() => this;
}
