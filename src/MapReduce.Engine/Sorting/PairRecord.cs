using System.Runtime.CompilerServices;
using MapReduce.Engine.Memory;

namespace MapReduce.Engine.Sorting;

// A pair in a segment, a sorted run or a dataset: the length of the key as a varint, the length of the value as a varint, the key, the value.

/// <summary>Writes and reads pairs; the format is described at the top of this file.</summary>
internal static unsafe class PairRecord
{
    /// <summary>The most bytes of a pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxLength(int keyLength, int valueLength) => checked(10 + keyLength + valueLength);

    /// <summary>Writes a pair.</summary>
    /// <returns>The address behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Write(byte* target, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        target = VarInt.Write(target, (uint)key.Length);
        target = VarInt.Write(target, (uint)value.Length);
        key.CopyTo(new Span<byte>(target, key.Length));
        target += key.Length;
        value.CopyTo(new Span<byte>(target, value.Length));
        return target + value.Length;
    }

    /// <summary>The key of the pair at <paramref name="record"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Key(byte* record)
    {
        record = VarInt.Read(record, out var keyLength);
        record = VarInt.Read(record, out _);
        return new ReadOnlySpan<byte>(record, (int)keyLength);
    }

    /// <summary>Reads a pair.</summary>
    /// <returns>The address behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Read(byte* record, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        record = VarInt.Read(record, out var keyLength);
        record = VarInt.Read(record, out var valueLength);
        key = new ReadOnlySpan<byte>(record, (int)keyLength);
        value = new ReadOnlySpan<byte>(record + keyLength, (int)valueLength);
        return record + keyLength + valueLength;
    }
}
