namespace MapReduce.Sdk;

/// <summary>Reads the components of composite keys.</summary>
internal static class TupleKeys
{
    /// <summary>Decodes the first component of a composite key from the bytes that <see cref="KeyCodec{T}.PrefixLength"/> measured.</summary>
    public static T ReadComponent<T>(KeyCodec<T> codec, ReadOnlySpan<byte> bytes) => codec.Read(bytes);
}
