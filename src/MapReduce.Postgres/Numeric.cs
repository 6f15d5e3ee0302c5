using System.Buffers.Binary;
using MapReduce.Sdk;

namespace MapReduce.Postgres;

// numeric in binary: number of digits, weight of the first, sign, digits after the point as shown (16 bits each), then digits to the base of 10000.

/// <summary>The binary format of <c>numeric</c>, described at the top of this file.</summary>
internal static class Numeric
{
    private const int Base = 10_000;
    private const int DigitsOfBase = 4;
    private const int MostDigits = 16;
    private const short Negative = 0x4000;

    public static void Write(decimal value, ByteWriter target)
    {
        Span<short> digits = stackalloc short[MostDigits];
        var scale = value.Scale;
        var (whole, count) = (decimal.Truncate(Math.Abs(value)), 0);
        var fraction = Math.Abs(value) - whole;
        for (var rest = whole; rest > 0; rest = decimal.Truncate(rest / Base)) digits[count++] = (short)(rest % Base);
        digits[..count].Reverse();
        var weight = count - 1;
        for (var left = (int)scale; left > 0; left -= DigitsOfBase)
        {
            fraction *= Base;
            var digit = decimal.Truncate(fraction);
            digits[count++] = (short)digit;
            fraction -= digit;
        }
        var header = target.GetSpan(4 + 8 + (2 * count));
        BinaryPrimitives.WriteInt32BigEndian(header, 8 + (2 * count));
        BinaryPrimitives.WriteInt16BigEndian(header[4..], (short)count);
        BinaryPrimitives.WriteInt16BigEndian(header[6..], (short)weight);
        BinaryPrimitives.WriteInt16BigEndian(header[8..], value < 0 ? Negative : (short)0);
        BinaryPrimitives.WriteInt16BigEndian(header[10..], scale);
        for (var i = 0; i < count; i++) BinaryPrimitives.WriteInt16BigEndian(header[(12 + (2 * i))..], digits[i]);
        target.Advance(12 + (2 * count));
    }

    /// <exception cref="OverflowException">The number is too large, or none.</exception>
    public static decimal Read(ReadOnlySpan<byte> bytes)
    {
        var count = BinaryPrimitives.ReadInt16BigEndian(bytes);
        var weight = BinaryPrimitives.ReadInt16BigEndian(bytes[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        var scale = BinaryPrimitives.ReadInt16BigEndian(bytes[6..]);
        if (sign is not (0 or (ushort)Negative)) throw new OverflowException("A numeric that is infinite or not a number is no decimal. Cast it in the query.");
        var value = 0m;
        for (var i = 0; i < count; i++)
        {
            var digit = (decimal)BinaryPrimitives.ReadInt16BigEndian(bytes[(8 + (2 * i))..]);
            var exponent = weight - i;
            for (; exponent > 0; exponent--) digit *= Base;
            for (; exponent < 0; exponent++) digit /= Base;
            value += digit;
        }
        value = decimal.Round(value, Math.Min((int)scale, 28));
        return sign == 0 ? value : -value;
    }
}
