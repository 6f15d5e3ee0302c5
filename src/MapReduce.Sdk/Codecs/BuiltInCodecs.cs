using System.Buffers.Binary;
using System.Text;

namespace MapReduce.Sdk;

/// <summary>The codecs that need no registration.</summary>
internal static class BuiltInCodecs
{
    /// <summary>The codec of <paramref name="type"/>, or null.</summary>
    public static object? Find(Type type, CodecRegistry registry, bool asKey)
    {
        if (type == typeof(Utf8)) return Utf8Codec.Instance;
        if (type == typeof(string)) return StringCodec.Instance;
        if (type == typeof(long)) return Int64Codec.Instance;
        if (type == typeof(None)) return NoneCodec.Instance;
        return null;
    }
}

/// <summary>Text as its bytes.</summary>
internal sealed class Utf8Codec : KeyCodec<Utf8>
{
    public static readonly Utf8Codec Instance = new();

    public override void Write(scoped Utf8 value, ByteWriter writer) => writer.Write(value.Bytes);

    public override Utf8 Read(ReadOnlySpan<byte> bytes) => new(bytes);
}

/// <summary>Strings as UTF-8, whose byte order is the order of code points.</summary>
internal sealed class StringCodec : KeyCodec<string>
{
    public static readonly StringCodec Instance = new();

    public override void Write(string value, ByteWriter writer)
        => writer.Advance(Encoding.UTF8.GetBytes(value, writer.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));

    public override string Read(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}

/// <summary>64-bit integers, big-endian with the sign flipped.</summary>
internal sealed class Int64Codec : KeyCodec<long>
{
    public static readonly Int64Codec Instance = new();

    public override int? FixedLength => 8;

    public override void Write(long value, ByteWriter writer)
    {
        BinaryPrimitives.WriteInt64BigEndian(writer.GetSpan(8), value ^ long.MinValue);
        writer.Advance(8);
    }

    public override long Read(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64BigEndian(bytes) ^ long.MinValue;
}

/// <summary>Nothing, in no bytes.</summary>
internal sealed class NoneCodec : KeyCodec<None>
{
    public static readonly NoneCodec Instance = new();

    public override int? FixedLength => 0;

    public override void Write(None value, ByteWriter writer)
    {
    }

    public override None Read(ReadOnlySpan<byte> bytes) => default;
}
