using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MapReduce.Sdk;

/// <summary>Finds the words of a text: maximal runs of Unicode letters, found 64 bytes at a time.</summary>
/// <remarks>
/// For each block of 64 bytes there is a mask with a bit for each byte of a letter; words are the runs of set bits. ASCII blocks are
/// classified by vector instructions, others rune by rune.
/// </remarks>
public ref struct WordEnumerator
{
    private readonly ReadOnlySpan<byte> text;
    private ulong letters;
    private int block;
    private int start;
    private int end;
    private int carried;
    private bool carriedLetter;

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
        if (mask == 0) return MoveToLaterBlock();
        var first = ulong.TrailingZeroCount(mask);
        var filled = mask | ((1UL << (int)first) - 1);
        if (filled == ulong.MaxValue) return MoveAcrossBlocks((int)first);
        // Adding one at the first letter carries through the run and stops at the separator behind it.
        var last = ulong.TrailingZeroCount(~filled);
        letters = mask & (ulong.MaxValue << (int)last);
        start = block + (int)first;
        end = block + (int)last;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MoveToLaterBlock()
    {
        do
        {
            if (block + LetterMask.BlockLength >= text.Length)
            {
                return false;
            }
            LoadNextBlock();
        }
        while (letters == 0);
        return MoveNext();
    }

    /// <summary>The run reaches the end of the block: it goes on in the next ones as long as they are full.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MoveAcrossBlocks(int first)
    {
        start = block + first;
        do
        {
            end = block + LetterMask.BlockLength;
            if (end >= text.Length)
            {
                end = text.Length;
                letters = 0;
                return true;
            }
            LoadNextBlock();
        }
        while (letters == ulong.MaxValue);
        var length = (int)ulong.TrailingZeroCount(~letters);
        end = block + length;
        letters &= ulong.MaxValue << length;
        return true;
    }

    private void LoadNextBlock()
    {
        block += LetterMask.BlockLength;
        if (carried == 0 && LetterMask.TryAscii(text[block..], out letters)) return;
        letters = ClassifyRunes();
    }

    private ulong ClassifyRunes()
    {
        var rest = text[block..];
        var limit = Math.Min(rest.Length, LetterMask.BlockLength);
        var mask = 0UL;
        var position = 0;
        if (carried > 0)
        {
            position = Math.Min(carried, limit);
            if (carriedLetter) mask = position == 64 ? ulong.MaxValue : (1UL << position) - 1;
        }
        while (position < limit)
        {
            Rune.DecodeFromUtf8(rest[position..], out var rune, out var consumed);
            // The decoder answers U+FFFD, which is no letter, for bytes that are not UTF-8.
            var letter = Rune.IsLetter(rune);
            if (letter) mask |= ((1UL << consumed) - 1) << position;
            position += consumed;
            carriedLetter = letter;
        }
        carried = position - limit;
        return mask;
    }
}
