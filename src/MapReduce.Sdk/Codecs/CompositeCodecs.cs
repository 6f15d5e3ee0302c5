namespace MapReduce.Sdk;

/// <summary>A key in falling order.</summary>
/// <param name="Value">The key.</param>
public readonly record struct Descending<T>(T Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value?.ToString() ?? "";
}

/// <summary>Inverts every byte. Keys of varying length get an end that sorts behind all bytes, so that a prefix comes after what it begins.</summary>
internal sealed class DescendingKeyCodec<T>(CodecRegistry registry) : KeyCodec<Descending<T>>
{
    private readonly KeyCodec<T> codec = registry.Key<T>();

    public override int? FixedLength => codec.FixedLength;

    public override void Write(Descending<T> value, ByteWriter writer)
    {
        using var rented = ScratchWriter.Rent(out var inner);
        KeyComponents.Write(codec, value.Value, inner);
        foreach (var b in inner.Written) writer.Write((byte)~b);
    }

    public override Descending<T> Read(ReadOnlySpan<byte> bytes)
    {
        var plain = new byte[bytes.Length];
        for (var i = 0; i < plain.Length; i++) plain[i] = (byte)~bytes[i];
        ReadOnlySpan<byte> rest = plain;
        return new Descending<T>(KeyComponents.Read(codec, ref rest));
    }
}

/// <summary>As values, keys in falling order are like any others.</summary>
internal sealed class DescendingCodec<T>(CodecRegistry registry) : Codec<Descending<T>>
{
    private readonly Codec<T> codec = registry.Value<T>();

    public override int? FixedLength => codec.FixedLength;

    public override void Write(Descending<T> value, ByteWriter writer)
    {
        NullCheck.RefusePart(value.Value);
        codec.Write(value.Value, writer);
    }

    public override Descending<T> Read(ReadOnlySpan<byte> bytes) => new(codec.Read(bytes));
}

/// <summary>A byte that says whether there is a value, and the value.</summary>
internal sealed class NullableCodec<T>(CodecRegistry registry) : Codec<T?> where T : struct
{
    private readonly Codec<T> codec = registry.Value<T>();

    public override void Write(T? value, ByteWriter writer)
    {
        writer.Write(value.HasValue ? (byte)1 : (byte)0);
        if (value is { } some) codec.Write(some, writer);
    }

    public override T? Read(ReadOnlySpan<byte> bytes) => bytes[0] == 0 ? null : codec.Read(bytes[1..]);
}

/// <summary>The same for keys: null before all values.</summary>
internal sealed class NullableKeyCodec<T>(CodecRegistry registry) : KeyCodec<T?> where T : struct
{
    private readonly KeyCodec<T> codec = registry.Key<T>();

    public override void Write(T? value, ByteWriter writer)
    {
        writer.Write(value.HasValue ? (byte)1 : (byte)0);
        if (value is { } some) codec.Write(some, writer);
    }

    public override T? Read(ReadOnlySpan<byte> bytes) => bytes[0] == 0 ? null : codec.Read(bytes[1..]);
}

/// <summary>The elements one after another.</summary>
internal sealed class ArrayCodec<T> : Codec<T[]>
{
    private readonly Codec<T> codec;

    public ArrayCodec(CodecRegistry registry)
    {
        codec = registry.Value<T>();
        if (codec.FixedLength == 0)
            throw new JobException(JobError.Definition, $"{typeof(T).Name}[] cannot be a value: its elements have no bytes, and could not be counted when they are read. Use their number instead.");
    }

    public override void Write(T[] value, ByteWriter writer)
    {
        foreach (var element in value) Framing.Write(codec, element, writer);
    }

    public override T[] Read(ReadOnlySpan<byte> bytes)
    {
        var elements = new List<T>();
        while (!bytes.IsEmpty) elements.Add(Framing.Read(codec, ref bytes));
        return [.. elements];
    }
}
