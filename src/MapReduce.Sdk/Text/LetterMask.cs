using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace MapReduce.Sdk;

/// <summary>Which bytes of a block of text belong to letters.</summary>
/// <param name="Letters">A bit for each of the 64 bytes.</param>
/// <param name="Carried">Twice the number of bytes of the next block that belong to a character begun in this one, plus one if it is a letter.</param>
internal readonly record struct LetterMask(ulong Letters, int Carried)
{
    /// <summary>The bytes of a block.</summary>
    public const int BlockLength = 64;

    private const int PageLength = 4096;

    /// <summary>The mask of the block at <paramref name="block"/>: by vector instructions where all of it is ASCII, else character by character.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static LetterMask Of(ReadOnlySpan<byte> text, int block, int carried)
    {
        var rest = text[block..];
        return carried == 0 && TryAscii(rest, out var letters) ? new LetterMask(letters, 0) : OfCharacters(rest, carried);
    }

    private static unsafe bool TryAscii(ReadOnlySpan<byte> text, out ulong letters)
    {
        if (text.Length >= BlockLength) return TryBlock(ref MemoryMarshal.GetReference(text), ulong.MaxValue, out letters);
        var valid = (1UL << text.Length) - 1;
        fixed (byte* first = text)
        {
            // Bytes behind the text but on its last page can be read safely; the pin keeps the buffer there.
            if (((nuint)first & (PageLength - 1)) <= PageLength - BlockLength) return TryBlock(ref *first, valid, out letters);
        }
        var copy = stackalloc byte[BlockLength];
        text.CopyTo(new Span<byte>(copy, BlockLength));
        return TryBlock(ref *copy, valid, out letters);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryBlock(ref byte first, ulong valid, out ulong letters)
    {
        ulong beyondAscii;
        if (Vector512.IsHardwareAccelerated)
        {
            var bytes = Vector512.LoadUnsafe(ref first);
            letters = Vector512.LessThanOrEqual((bytes | Vector512.Create((byte)0x20)) - Vector512.Create((byte)'a'), Vector512.Create((byte)25)).ExtractMostSignificantBits();
            beyondAscii = bytes.ExtractMostSignificantBits();
        }
        else
        {
            var low = Vector256.LoadUnsafe(ref first);
            var high = Vector256.LoadUnsafe(ref first, 32);
            letters = OfHalf(low) | ((ulong)OfHalf(high) << 32);
            beyondAscii = low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
        }
        letters &= valid;
        return (beyondAscii & valid) == 0;
    }

    private static uint OfHalf(Vector256<byte> bytes)
        => Vector256.LessThanOrEqual((bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)25)).ExtractMostSignificantBits();

    private static LetterMask OfCharacters(ReadOnlySpan<byte> text, int carried)
    {
        var limit = Math.Min(text.Length, BlockLength);
        var position = Math.Min(carried >> 1, limit);
        var mask = (carried & 1) == 0 ? 0 : (1UL << position) - 1;
        var letter = (carried & 1) != 0;
        while (position < limit)
        {
            Rune.DecodeFromUtf8(text[position..], out var rune, out var consumed);
            // The decoder answers U+FFFD, which is no letter, for bytes that are not UTF-8.
            letter = Rune.IsLetter(rune);
            if (letter) mask |= ((1UL << consumed) - 1) << position;
            position += consumed;
        }
        return new LetterMask(mask, ((position - limit) << 1) | (letter ? 1 : 0));
    }
}
