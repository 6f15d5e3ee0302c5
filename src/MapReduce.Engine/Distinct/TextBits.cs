using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using MapReduce.Sdk;

namespace MapReduce.Engine.Distinct;

/// <summary>Gives each different text a bit, as long as there are bits.</summary>
internal sealed class TextBits
{
    /// <summary>The number of bits: one less than an integer has, so that an integer with a later text is always the larger.</summary>
    public const int Most = 63;

    private const int Slots = 256;

    private readonly ByteWriter texts = new();
    private readonly int[] positions = new int[Most + 1];
    private readonly sbyte[] slots = new sbyte[Slots];
    private int last = -1;

    public TextBits() => Clear();

    /// <summary>The number of texts.</summary>
    public int Count { get; private set; }

    /// <summary>The texts from number <paramref name="first"/> on, each behind its length in four bytes.</summary>
    public ReadOnlySpan<byte> TextsFrom(int first) => texts.Written[positions[first]..];

    /// <summary>Finds the number of a text's bit.</summary>
    /// <returns>Whether it has one; if not, none was left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(ReadOnlySpan<byte> text, out int bit)
    {
        bit = last;
        return (bit >= 0 && At(bit).SequenceEqual(text)) || TryFindOther(text, out bit);
    }

    /// <summary>Takes all bits back.</summary>
    public void Clear()
    {
        texts.Clear();
        slots.AsSpan().Fill(-1);
        Count = 0;
        last = -1;
    }

    private bool TryFindOther(ReadOnlySpan<byte> text, out int bit)
    {
        for (var slot = (byte)XxHash3.HashToUInt64(text); ; slot++)
        {
            bit = slots[slot];
            if (bit < 0)
            {
                if (Count == Most) return false;
                slots[slot] = (sbyte)Add(text);
                bit = last;
                return true;
            }
            if (!At(bit).SequenceEqual(text)) continue;
            last = bit;
            return true;
        }
    }

    private int Add(ReadOnlySpan<byte> text)
    {
        BinaryPrimitives.WriteInt32LittleEndian(texts.GetSpan(4), text.Length);
        texts.Advance(4);
        texts.Write(text);
        last = Count++;
        positions[Count] = texts.Length;
        return last;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> At(int bit) => texts.Written[(positions[bit] + 4)..positions[bit + 1]];
}
