using System.Buffers.Binary;

namespace MapReduce.Sdk;

/// <summary>Text as its bytes.</summary>
internal sealed class Utf8Codec : KeyCodec<Utf8>
{
    public static readonly Utf8Codec Instance = new();

    public override void Write(scoped Utf8 value, ByteWriter writer) => writer.Write(value.Bytes);

    public override Utf8 Read(ReadOnlySpan<byte> bytes) => new(bytes);
}

/// <summary>Bytes as they are.</summary>
internal sealed class BytesCodec : KeyCodec<byte[]>
{
    public override void Write(byte[] value, ByteWriter writer) => writer.Write(value);

    public override byte[] Read(ReadOnlySpan<byte> bytes) => bytes.ToArray();
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

/// <summary>Types that map to integers whose unsigned order is theirs, big-endian.</summary>
internal sealed class IntegerCodec<T>(Func<T, long> toBits, Func<long, T> fromBits, int length) : KeyCodec<T>
{
    public override int? FixedLength => length;

    public override void Write(T value, ByteWriter writer)
    {
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(all, toBits(value));
        writer.Write(all[(8 - length)..]);
    }

    public override T Read(ReadOnlySpan<byte> bytes)
    {
        Span<byte> all = stackalloc byte[8];
        all[..(8 - length)].Clear();
        bytes[..length].CopyTo(all[(8 - length)..]);
        return fromBits(BinaryPrimitives.ReadInt64BigEndian(all));
    }
}

/// <summary>Guids big-endian: in the order of their text.</summary>
internal sealed class GuidCodec : KeyCodec<Guid>
{
    public override int? FixedLength => 16;

    public override void Write(Guid value, ByteWriter writer)
    {
        value.TryWriteBytes(writer.GetSpan(16), bigEndian: true, out _);
        writer.Advance(16);
    }

    public override Guid Read(ReadOnlySpan<byte> bytes) => new(bytes[..16], bigEndian: true);
}

/// <summary>Moments by their UTC time, and then by their offset: as values come back.</summary>
internal sealed class DateTimeOffsetCodec : Codec<DateTimeOffset>
{
    public override int? FixedLength => 16;

    public override void Write(DateTimeOffset value, ByteWriter writer)
    {
        Int64Codec.Instance.Write(value.UtcTicks, writer);
        Int64Codec.Instance.Write(value.Offset.Ticks, writer);
    }

    public override DateTimeOffset Read(ReadOnlySpan<byte> bytes)
    {
        var offset = new TimeSpan(Int64Codec.Instance.Read(bytes[8..]));
        return new DateTimeOffset(new DateTime(Int64Codec.Instance.Read(bytes[..8]), DateTimeKind.Utc)).ToOffset(offset);
    }
}

/// <summary>Decimals as their four parts; for values only, because their order is not the order of these bytes.</summary>
internal sealed class DecimalCodec : Codec<decimal>
{
    public override int? FixedLength => 16;

    public override void Write(decimal value, ByteWriter writer)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), part);
            writer.Advance(4);
        }
    }

    public override decimal Read(ReadOnlySpan<byte> bytes)
    {
        Span<int> parts = stackalloc int[4];
        for (var i = 0; i < 4; i++) parts[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
        return new decimal(parts);
    }
}

/// <summary>Decimals without the places that do not change them, so that equal ones have equal bytes.</summary>
internal sealed class EqualDecimalCodec : Codec<decimal>
{
    private readonly DecimalCodec inner = new();

    public override int? FixedLength => inner.FixedLength;

    public override void Write(decimal value, ByteWriter writer) => inner.Write(Shortest(value), writer);

    public override decimal Read(ReadOnlySpan<byte> bytes) => inner.Read(bytes);

    private static decimal Shortest(decimal value)
    {
        // A zero may have a sign and places of its own.
        if (value == 0) return 0;
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var magnitude = new UInt128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        var places = value.Scale;
        for (; places > 0 && magnitude % 10 == 0; places--) magnitude /= 10;
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), decimal.IsNegative(value), places);
    }
}
