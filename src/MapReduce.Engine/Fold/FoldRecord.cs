using System.Runtime.CompilerServices;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Fold;

// A record of a folded segment is a key with a state. Its first byte holds the length of the key in the low four bits and says in the high four
// what follows:
//   0         a key of more than 15 bytes: its length as a varint, its bytes, then the state as a zigzag varint
//   1 to 14   a key of the length given; the state is this number: most states are small
//   15        a key of the length given, then the state as a zigzag varint
// Accumulators have the kinds 0 and 15 only, and in place of the varint a length as a varint and their bytes.

/// <summary>Writes and reads the records of folded segments; the format is described at the top of this file.</summary>
internal static unsafe class FoldRecord
{
    /// <summary>The most bytes of a record with an inline key and a 64-bit state, with the bytes behind its end that writing touches.</summary>
    public const int MaxInlineLength = 1 + 16 + VarInt.MaxLength;

    /// <summary>The kind of a record with a longer key.</summary>
    public const int LongKind = 0;

    private const int VarIntKind = 15;

    /// <summary>Writes a record with an inline key.</summary>
    /// <returns>The address behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* WriteInline(byte* target, ulong high, ulong low, long state)
    {
        var length = InlineKey.Length(low);
        InlineKey.Store(target + 1, high, low);
        if ((ulong)(state - 1) < VarIntKind - 1)
        {
            *target = (byte)(length | ((int)state << 4));
            return target + 1 + length;
        }
        *target = (byte)(length | (VarIntKind << 4));
        return VarInt.Write(target + 1 + length, VarInt.ZigZag(state));
    }

    /// <summary>The most bytes of a record with a longer key and a 64-bit state.</summary>
    public static int MaxLongLength(int keyLength) => 1 + VarInt.MaxLength + keyLength + VarInt.MaxLength;

    /// <summary>Writes a record with a longer key.</summary>
    /// <returns>The address behind it.</returns>
    public static byte* WriteLong(byte* target, ReadOnlySpan<byte> key, long state)
    {
        target = WriteLongKey(target, key);
        return VarInt.Write(target, VarInt.ZigZag(state));
    }

    /// <summary>Writes the kind and the key of a record with an inline key, whose state follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* WriteInlineKey(byte* target, ulong high, ulong low, int kind = VarIntKind)
    {
        var length = InlineKey.Length(low);
        InlineKey.Store(target + 1, high, low);
        *target = (byte)(length | (kind << 4));
        return target + 1 + length;
    }

    /// <summary>Writes the kind and the key of a record with a longer key, whose state follows.</summary>
    public static byte* WriteLongKey(byte* target, ReadOnlySpan<byte> key, int kind = LongKind)
    {
        *target = (byte)(kind << 4);
        target = VarInt.Write(target + 1, (ulong)key.Length);
        key.CopyTo(new Span<byte>(target, key.Length));
        return target + key.Length;
    }

    /// <summary>Whether the record at <paramref name="source"/> has a longer key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLong(byte* source) => *source >> 4 == LongKind;

    /// <summary>Reads an inline key.</summary>
    /// <returns>The address behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* ReadInlineKey(byte* source, out ulong high, out ulong low)
    {
        var length = *source & 15;
        InlineKey.LoadPadded(source + 1, length, out high, out low);
        return source + 1 + length;
    }

    /// <summary>Reads the state behind an inline key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* ReadInlineState(byte* record, byte* source, out long state)
    {
        var kind = *record >> 4;
        state = kind;
        if (kind != VarIntKind) return source;
        source = VarInt.Read(source, out var encoded);
        state = VarInt.UnZigZag(encoded);
        return source;
    }

    /// <summary>Reads a longer key.</summary>
    /// <returns>The address behind it.</returns>
    public static byte* ReadLongKey(byte* source, out byte* key, out int length)
    {
        key = VarInt.Read(source + 1, out var encoded);
        length = (int)encoded;
        return key + length;
    }

    /// <summary>Reads a zigzag varint state.</summary>
    public static byte* ReadState(byte* source, out long state)
    {
        source = VarInt.Read(source, out var encoded);
        state = VarInt.UnZigZag(encoded);
        return source;
    }
}
