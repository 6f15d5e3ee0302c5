namespace MapReduce.Sdk;

/// <summary>Turns values into bytes and back. The frame around it knows the length, so a codec need not write one.</summary>
public abstract class Codec<T> where T : allows ref struct
{
    /// <summary>The length in bytes of every encoded value, or null where it varies.</summary>
    public virtual int? FixedLength => null;

    /// <summary>Appends the encoding of <paramref name="value"/>.</summary>
    public abstract void Write(scoped T value, ByteWriter writer);

    /// <summary>Decodes exactly <paramref name="bytes"/>. A span result may refer to them.</summary>
    public abstract T Read(ReadOnlySpan<byte> bytes);
}

/// <summary>A codec for keys: the unsigned order of its bytes is the order of the keys, and equal keys have equal bytes.</summary>
public abstract class KeyCodec<T> : Codec<T> where T : allows ref struct
{
    /// <summary>The length of the first component of a composite key, for grouping by it; the whole length elsewhere.</summary>
    public virtual int PrefixLength(ReadOnlySpan<byte> bytes) => bytes.Length;
}
