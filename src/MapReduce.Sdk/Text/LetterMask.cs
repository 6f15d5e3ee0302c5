using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MapReduce.Sdk;

/// <summary>Classifies blocks of ASCII text.</summary>
internal static class LetterMask
{
    /// <summary>The bytes of a block.</summary>
    public const int BlockLength = 64;

    private const int PageLength = 4096;

    /// <summary>A bit for each of the first 64 bytes of <paramref name="text"/> that is an ASCII letter.</summary>
    /// <returns>False where one of those bytes is not ASCII; the mask is then not meant to be used.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool TryAscii(ReadOnlySpan<byte> text, out ulong letters)
    {
        if (text.Length >= BlockLength) return TryBlock(ref MemoryMarshal.GetReference(text), out letters);
        fixed (byte* first = text)
        {
            bool ascii;
            var valid = (1UL << text.Length) - 1;
            // Bytes behind the text but on its last page can be read safely; the pin keeps the buffer there.
            if (((nuint)first & (PageLength - 1)) <= PageLength - BlockLength)
            {
                ascii = TryBlock(ref *first, out letters, valid);
            }
            else
            {
                var copy = stackalloc byte[BlockLength];
                text.CopyTo(new Span<byte>(copy, BlockLength));
                ascii = TryBlock(ref *copy, out letters, valid);
            }
            letters &= valid;
            return ascii;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryBlock(ref byte first, out ulong letters, ulong valid = ulong.MaxValue)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var bytes = Vector512.LoadUnsafe(ref first);
            letters = Vector512.LessThanOrEqual((bytes | Vector512.Create((byte)0x20)) - Vector512.Create((byte)'a'), Vector512.Create((byte)25)).ExtractMostSignificantBits();
            return (bytes.ExtractMostSignificantBits() & valid) == 0;
        }
        var low = Vector256.LoadUnsafe(ref first);
        var high = Vector256.LoadUnsafe(ref first, 32);
        letters = Letters(low) | ((ulong)Letters(high) << 32);
        return ((low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32)) & valid) == 0;
    }

    private static uint Letters(Vector256<byte> bytes)
        => Vector256.LessThanOrEqual((bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)25)).ExtractMostSignificantBits();
}
