using System.Runtime.CompilerServices;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The exact sum of doubles, as the two numbers of <see cref="ExactSum"/>. A sum for which they have no room leaves for the reducer, which has.</summary>
/// <remarks>The second number is where an inline key needs no <see cref="FoldEntry.LongKey"/>, and in front of the bytes of a longer one.</remarks>
internal readonly unsafe struct DoubleSum : IFoldState
{
    /// <summary>The most bytes that <see cref="Write"/> writes.</summary>
    public const int MaxLength = 1 + ExactSum.MaxEncodedLength;

    public static int BytesBeforeKey => sizeof(double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(FoldEntry* entry, long value)
    {
        entry->State = value;
        *Low(entry) = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFold(FoldEntry* entry, long value) => ExactSum.TryAdd(ref *(double*)&entry->State, ref *Low(entry), BitConverter.Int64BitsToDouble(value));

    /// <summary>Writes the sum as the state of an accumulator, behind its length.</summary>
    /// <returns>The address behind it.</returns>
    public static byte* Write(byte* target, FoldEntry* entry)
    {
        var length = ExactSum.Encode(*(double*)&entry->State, *Low(entry), new Span<byte>(target + 1, ExactSum.MaxEncodedLength));
        *target = (byte)length;
        return target + 1 + length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double* Low(FoldEntry* entry) => (double*)(entry->IsLong ? entry->LongKey - sizeof(double) : (byte*)&entry->LongKey);
}
