using System.Runtime.InteropServices;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Sorting;

/// <summary>Sorts pairs by the bytes of their keys, equal keys in the order given: a most-significant-digit radix sort over eight-byte prefixes.</summary>
/// <remarks>
/// Large groups are spread by the next one or two bytes of the prefix, small ones insertion-sorted. A group whose prefixes are all equal goes
/// on with the next eight bytes of the keys, behind what all of them share. Every step keeps the order of equal keys.
/// </remarks>
internal sealed unsafe class PairSort : IDisposable
{
    private const int SmallGroup = 32;
    private const int WideGroup = 1 << 16;
    private const int PrefixBits = 64;

    private readonly int* counts = (int*)NativeMemory.Alloc(65536, sizeof(int));

    /// <summary>Sorts <paramref name="count"/> items; <paramref name="other"/> has room for as many.</summary>
    public void Sort(SortItem* items, SortItem* other, int count) => SortAt(items, other, count, 0, PrefixBits, toOther: false);

    public void Dispose() => NativeMemory.Free(counts);

    /// <param name="items">Where the group is.</param>
    /// <param name="other">Room for the group.</param>
    /// <param name="count">The number of items.</param>
    /// <param name="depth">The byte of the keys at which the prefixes begin.</param>
    /// <param name="bits">The low bits of the prefixes that are not sorted yet.</param>
    /// <param name="toOther">Whether the result is wanted in <paramref name="other"/>.</param>
    private void SortAt(SortItem* items, SortItem* other, int count, int depth, int bits, bool toOther)
    {
        while (true)
        {
            if (count <= SmallGroup)
            {
                SortSmall(items, count, depth);
                if (toOther) Copy(items, other, count);
                return;
            }
            if (bits == 0)
            {
                SortTies(items, other, count, depth);
                if (toOther) Copy(items, other, count);
                return;
            }
            var digitBits = count >= WideGroup && bits >= 16 ? 16 : 8;
            if (!IsOneDigit(items, count, bits - digitBits, digitBits)) Spread(items, other, count, depth, bits - digitBits, digitBits, toOther);
            else
            {
                bits -= digitBits;
                continue;
            }
            return;
        }
    }

    private static bool IsOneDigit(SortItem* items, int count, int shift, int digitBits)
    {
        var mask = ((1UL << digitBits) - 1) << shift;
        var first = items[0].Prefix;
        for (var i = 1; i < count; i++)
            if (((items[i].Prefix ^ first) & mask) != 0) return false;
        return true;
    }

    private void Spread(SortItem* items, SortItem* other, int count, int depth, int shift, int digitBits, bool toOther)
    {
        var digits = 1 << digitBits;
        var digitMask = (ulong)(digits - 1);
        // Wide passes happen only above all narrow ones, so they may share one set of counts with them, saved as group ends below.
        NativeMemory.Clear(counts, (nuint)(digits * sizeof(int)));
        for (var i = 0; i < count; i++) counts[(items[i].Prefix >> shift) & digitMask]++;
        var start = 0;
        for (var i = 0; i < digits; i++) (counts[i], start) = (start, start + counts[i]);
        for (var i = 0; i < count; i++) other[counts[(items[i].Prefix >> shift) & digitMask]++] = items[i];

        // The groups lie one after another: each ends where the digit changes.
        for (var first = 0; first < count;)
        {
            var digit = (other[first].Prefix >> shift) & digitMask;
            var end = first + 1;
            while (end < count && ((other[end].Prefix >> shift) & digitMask) == digit) end++;
            if (end - first == 1)
            {
                if (!toOther) items[first] = other[first];
            }
            else
            {
                SortAt(other + first, items + first, end - first, depth, shift, !toOther);
            }
            first = end;
        }
    }

    private static void SortSmall(SortItem* items, int count, int depth)
    {
        for (var i = 1; i < count; i++)
        {
            var item = items[i];
            var j = i - 1;
            while (j >= 0 && IsLess(item, items[j], depth))
            {
                items[j + 1] = items[j];
                j--;
            }
            items[j + 1] = item;
        }
    }

    private static bool IsLess(in SortItem left, in SortItem right, int depth)
    {
        if (left.Prefix != right.Prefix) return left.Prefix < right.Prefix;
        return PairRecord.Key(left.Record)[depth..].SequenceCompareTo(PairRecord.Key(right.Record)[depth..]) < 0;
    }

    /// <summary>Sorts a large group whose keys agree in the eight bytes from <paramref name="depth"/> on, counting what is behind a key's end as zeros.</summary>
    private void SortTies(SortItem* items, SortItem* other, int count, int depth)
    {
        var shared = SharedLength(items, count, out var allEqual);
        if (allEqual) return;
        if (shared < depth + 8)
        {
            // Some keys end within these bytes: they come first, the shorter before the longer, as in no other way they can differ here.
            var ended = PartitionByLength(items, other, count, depth);
            items += ended;
            other += ended;
            count -= ended;
            if (count == 0) return;
            shared = SharedLength(items, count, out allEqual);
            if (allEqual) return;
        }
        for (var i = 0; i < count; i++) items[i].Prefix = KeyPrefix.Of(PairRecord.Key(items[i].Record), shared);
        SortAt(items, other, count, shared, PrefixBits, toOther: false);
    }

    private static int SharedLength(SortItem* items, int count, out bool allEqual)
    {
        var first = PairRecord.Key(items[0].Record);
        var shared = first.Length;
        allEqual = true;
        for (var i = 1; i < count; i++)
        {
            var key = PairRecord.Key(items[i].Record);
            var common = first[..shared].CommonPrefixLength(key);
            allEqual &= common == first.Length && key.Length == first.Length;
            shared = Math.Min(shared, common);
        }
        return shared;
    }

    private static int PartitionByLength(SortItem* items, SortItem* other, int count, int depth)
    {
        var next = 0;
        var ended = 0;
        for (var length = depth; length <= depth + 8; length++)
        {
            for (var i = 0; i < count; i++)
            {
                var keyLength = PairRecord.Key(items[i].Record).Length;
                if (keyLength == length || (length == depth + 8 && keyLength > length)) other[next++] = items[i];
                if (keyLength == length && length < depth + 8) ended++;
            }
        }
        Copy(other, items, count);
        return ended;
    }

    private static void Copy(SortItem* source, SortItem* target, int count)
        => new ReadOnlySpan<SortItem>(source, count).CopyTo(new Span<SortItem>(target, count));
}
