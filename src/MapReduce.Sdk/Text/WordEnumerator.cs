using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MapReduce.Sdk;

/// <summary>Finds the words of a text: maximal runs of Unicode letters, found 64 bytes at a time.</summary>
/// <remarks>
/// For each block of 64 bytes there is a mask with a bit for each byte of a letter; words are the runs of set bits. No method but the
/// inlined ones takes this struct's address, so that a loop over it keeps its fields in registers.
/// </remarks>
public ref struct WordEnumerator
{
    private readonly ReadOnlySpan<byte> text;
    private ulong letters;
    private int block;
    private int start;
    private int end;
    private int carried;

    internal WordEnumerator(ReadOnlySpan<byte> text)
    {
        this.text = text;
        block = -LetterMask.BlockLength;
    }

    /// <summary>The word that the last successful <see cref="MoveNext"/> reached.</summary>
    public readonly Utf8 Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start), end - start));
    }

    /// <summary>This enumerator, so that <c>foreach</c> works.</summary>
    public readonly WordEnumerator GetEnumerator() => this;

    /// <summary>Steps to the next word.</summary>
    /// <returns>Whether there was one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        var mask = letters;
        while (mask == 0)
        {
            if (block + LetterMask.BlockLength >= text.Length) return false;
            block += LetterMask.BlockLength;
            var next = LetterMask.Of(text, block, carried);
            (mask, carried) = (next.Letters, next.Carried);
        }
        var first = (int)ulong.TrailingZeroCount(mask);
        start = block + first;
        // With the bits below the run filled, the lowest clear bit is the separator behind it.
        var clear = ~(mask | ((1UL << first) - 1));
        while (clear == 0)
        {
            end = block + LetterMask.BlockLength;
            if (end >= text.Length)
            {
                end = text.Length;
                letters = 0;
                return true;
            }
            block = end;
            var next = LetterMask.Of(text, block, carried);
            (mask, carried) = (next.Letters, next.Carried);
            clear = ~mask;
        }
        var last = (int)ulong.TrailingZeroCount(clear);
        end = block + last;
        letters = mask & (ulong.MaxValue << last);
        return true;
    }
}
