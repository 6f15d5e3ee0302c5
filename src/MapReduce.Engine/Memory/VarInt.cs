using System.Runtime.CompilerServices;

namespace MapReduce.Engine.Memory;

/// <summary>Integers in 7-bit groups, lowest first; signed ones in zigzag form.</summary>
internal static unsafe class VarInt
{
    /// <summary>The most bytes an integer takes.</summary>
    public const int MaxLength = 10;

    /// <summary>Writes <paramref name="value"/>.</summary>
    /// <returns>The address behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Write(byte* target, ulong value)
    {
        while (value >= 0x80)
        {
            *target++ = (byte)(value | 0x80);
            value >>= 7;
        }
        *target++ = (byte)value;
        return target;
    }

    /// <summary>Reads an integer.</summary>
    /// <returns>The address behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Read(byte* source, out ulong value)
    {
        value = *source++;
        if (value < 0x80) return source;
        value &= 0x7F;
        for (var shift = 7; shift < 64; shift += 7)
        {
            ulong group = *source++;
            value |= (group & 0x7F) << shift;
            if (group < 0x80) break;
        }
        return source;
    }

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
