namespace MapReduce.Sdk;

/// <summary>Values one after another: those of fixed length as they are, others behind their length.</summary>
internal static class Framing
{
    public static void Write<T>(Codec<T> codec, T value, ByteWriter writer)
    {
        NullCheck.RefusePart(value);
        if (codec.FixedLength is not null)
        {
            codec.Write(value, writer);
            return;
        }
        using var rented = ScratchWriter.Rent(out var scratch);
        codec.Write(value, scratch);
        var length = (uint)scratch.Length;
        for (; length >= 0x80; length >>= 7) writer.Write((byte)(length | 0x80));
        writer.Write((byte)length);
        writer.Write(scratch.Written);
    }

    public static T Read<T>(Codec<T> codec, ref ReadOnlySpan<byte> bytes)
    {
        var length = codec.FixedLength ?? ReadLength(ref bytes);
        if (length > bytes.Length) throw Truncated();
        var value = codec.Read(bytes[..length]);
        bytes = bytes[length..];
        return value;
    }

    private static int ReadLength(ref ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (bytes.IsEmpty) throw Truncated();
            var group = bytes[0];
            bytes = bytes[1..];
            length |= (group & 0x7F) << shift;
            if (group < 0x80) return length;
        }
        throw Truncated();
    }

    private static FormatException Truncated() => new("An encoded value is cut short. The codec that wrote it and the one that reads it differ.");
}

/// <summary>Components of composite keys: those of fixed length as they are; in others each zero byte becomes 00 FF, and 00 01 ends them, so that the byte order is the order component by component.</summary>
internal static class KeyComponents
{
    public static void Write<T>(KeyCodec<T> codec, T value, ByteWriter writer)
    {
        NullCheck.RefusePart(value);
        if (codec.FixedLength is not null)
        {
            codec.Write(value, writer);
            return;
        }
        using var rented = ScratchWriter.Rent(out var scratch);
        codec.Write(value, scratch);
        var rest = scratch.Written;
        for (var zero = rest.IndexOf((byte)0); zero >= 0; zero = rest.IndexOf((byte)0))
        {
            writer.Write(rest[..(zero + 1)]);
            writer.Write(0xFF);
            rest = rest[(zero + 1)..];
        }
        writer.Write(rest);
        writer.Write([0, 1]);
    }

    /// <summary>The length of the first component of <paramref name="bytes"/>, with its end.</summary>
    public static int Length<T>(KeyCodec<T> codec, ReadOnlySpan<byte> bytes)
    {
        if (codec.FixedLength is { } length) return length <= bytes.Length ? length : throw Truncated();
        for (var position = 0; ;)
        {
            var zero = bytes[position..].IndexOf((byte)0);
            if (zero < 0 || position + zero + 1 >= bytes.Length) throw Truncated();
            position += zero + 2;
            if (bytes[position - 1] == 1) return position;
        }
    }

    /// <summary>Takes the first component off <paramref name="bytes"/>.</summary>
    public static T Read<T>(KeyCodec<T> codec, ref ReadOnlySpan<byte> bytes)
    {
        var length = Length(codec, bytes);
        var component = bytes[..length];
        bytes = bytes[length..];
        if (codec.FixedLength is not null) return codec.Read(component);
        component = component[..^2];
        return component.Contains((byte)0) ? codec.Read(Unescape(component)) : codec.Read(component);
    }

    private static byte[] Unescape(ReadOnlySpan<byte> component)
    {
        var plain = new List<byte>(component.Length);
        for (var i = 0; i < component.Length; i++)
        {
            plain.Add(component[i]);
            if (component[i] == 0) i++;
        }
        return [.. plain];
    }

    private static FormatException Truncated() => new("A composite key is cut short. The codec that wrote it and the one that reads it differ.");
}
