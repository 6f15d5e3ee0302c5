using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace MapReduce.Engine.Shuffle;

/// <summary>A key of up to 15 bytes as two integers: its bytes big-endian, zero-padded, and its length in the lowest byte of the second.</summary>
/// <remarks>The unsigned order of the pair is the byte order of the keys. Longer keys have a hash and a mark in their place.</remarks>
internal static unsafe class InlineKey
{
    /// <summary>The longest key that is held inline.</summary>
    public const int MaxLength = 15;

    /// <summary>The lowest byte of the second integer of a longer key.</summary>
    public const byte LongMark = 0xFF;

    private const int PageLength = 4096;

    private static readonly ulong[] Masks = MakeMasks();

    /// <summary>Loads a key of 1 to 15 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ReadOnlySpan<byte> key, out ulong high, out ulong low)
    {
        fixed (byte* first = &MemoryMarshal.GetReference(key))
        {
            // Bytes behind the key but on its page can be read safely; the pin keeps them there.
            if (((nuint)first & (PageLength - 1)) <= PageLength - 16) LoadPadded(first, key.Length, out high, out low);
            else LoadCopied(key, out high, out low);
        }
    }

    /// <summary>Loads a key of 0 to 15 bytes behind whose first byte 16 may be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPadded(byte* first, int length, out ulong high, out ulong low)
    {
        if (Bmi2.X64.IsSupported)
        {
            high = BigEndian(Bmi2.X64.ZeroHighBits(*(ulong*)first, (ulong)length * 8));
            low = BigEndian(Bmi2.X64.ZeroHighBits(*(ulong*)(first + 8), (ulong)Math.Max(0, length - 8) * 8)) | (uint)length;
            return;
        }
        ref var masks = ref MemoryMarshal.GetArrayDataReference(Masks);
        high = BigEndian(*(ulong*)first) & Unsafe.Add(ref masks, 2 * length);
        low = (BigEndian(*(ulong*)(first + 8)) & Unsafe.Add(ref masks, (2 * length) + 1)) | (uint)length;
    }

    /// <summary>Writes 16 bytes of which the first <see cref="Length"/> are the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, ulong high, ulong low)
    {
        *(ulong*)target = BigEndian(high);
        *(ulong*)(target + 8) = BigEndian(low);
    }

    /// <summary>The length of an inline key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(ulong low) => (byte)low;

    /// <summary>A hash whose high bits choose partitions and buckets and whose low bits choose slots; the same on every machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ulong high, ulong low)
    {
        var mixed = high ^ (low * 0x9E3779B97F4A7C15UL);
        return (BitOperations.Crc32C(0x1234567u, mixed) * 0xD6E8FEB86659FD93UL) ^ (high * 0x9FB21C651E98DF25UL);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong BigEndian(ulong value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private static void LoadCopied(ReadOnlySpan<byte> key, out ulong high, out ulong low)
    {
        var copy = stackalloc byte[16];
        key.CopyTo(new Span<byte>(copy, 16));
        LoadPadded(copy, key.Length, out high, out low);
    }

    private static ulong[] MakeMasks()
    {
        var masks = new ulong[2 * (MaxLength + 1)];
        for (var length = 0; length <= MaxLength; length++)
        {
            masks[2 * length] = length >= 8 ? ulong.MaxValue : ~(ulong.MaxValue >> (8 * length));
            masks[(2 * length) + 1] = length <= 8 ? 0 : ~(ulong.MaxValue >> (8 * (length - 8)));
        }
        return masks;
    }
}
