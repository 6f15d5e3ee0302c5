using System.Runtime.CompilerServices;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Fold;

/// <summary>A key with its state: half a cache line.</summary>
/// <remarks>
/// An inline key is <see cref="High"/> and <see cref="Low"/>. A longer one has its hash in <see cref="High"/>, its length and
/// <see cref="InlineKey.LongMark"/> in <see cref="Low"/> and its bytes at <see cref="LongKey"/>. A free entry has <see cref="Free"/> in
/// <see cref="Low"/>, which no key has.
/// </remarks>
internal unsafe struct FoldEntry
{
    /// <summary>The <see cref="Low"/> of a free entry.</summary>
    public const ulong Free = 0xFE;

    public ulong High;
    public ulong Low;
    public long State;
    public byte* LongKey;

    public readonly bool IsFree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Low == Free;
    }

    public readonly bool IsLong
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte)Low == InlineKey.LongMark;
    }

    /// <summary>The bytes of a longer key.</summary>
    public readonly ReadOnlySpan<byte> LongBytes => new(LongKey, (int)(Low >> 8));

    /// <summary>The bytes of any key; those of an inline one are written to <paramref name="scratch"/>, which has room for 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ReadOnlySpan<byte> KeyBytes(byte* scratch)
    {
        if (IsLong) return LongBytes;
        InlineKey.Store(scratch, High, Low);
        return new ReadOnlySpan<byte>(scratch, InlineKey.Length(Low));
    }

    /// <summary>The <see cref="Low"/> of a longer key.</summary>
    public static ulong LongLow(int length) => ((ulong)length << 8) | InlineKey.LongMark;

    /// <summary>Whether this is the longer key of <paramref name="hash"/> and <paramref name="key"/>.</summary>
    public readonly bool IsLongKey(ulong hash, ReadOnlySpan<byte> key) => High == hash && Low == LongLow(key.Length) && LongBytes.SequenceEqual(key);

    /// <summary>Makes all of <paramref name="count"/> entries free.</summary>
    public static void Clear(FoldEntry* entries, long count)
    {
        for (var entry = entries; entry < entries + count; entry++) (entry->High, entry->Low) = (0, Free);
    }
}
