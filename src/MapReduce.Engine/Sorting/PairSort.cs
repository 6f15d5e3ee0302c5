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
    private const int PrefixBytes = 8;
    private const int FirstWindow = 16;
    private const int LargestWindow = 1 << 20;

    private readonly int* counts = (int*)NativeMemory.Alloc(65536, sizeof(int));

    /// <summary>The bytes of keys that were compared beyond their prefixes, for large groups: what the work on keys with long common beginnings is measured by.</summary>
    public long Compared { get; private set; }

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
                var ended = NextPrefix(items, other, count, ref depth);
                if (toOther) Copy(items, other, ended);
                items += ended;
                other += ended;
                count -= ended;
                if (count == 0) return;
                bits = PrefixBits;
                continue;
            }
            var digitBits = count >= WideGroup && bits >= 16 ? 16 : 8;
            bits -= digitBits;
            if (IsOneDigit(items, count, bits, digitBits)) continue;
            // The largest group goes on here and the others below: so the depth of the stack follows from the number of items, and not from the length of keys.
            var (first, largest) = Spread(items, other, count, depth, bits, digitBits, toOther);
            var spread = other + first;
            other = items + first;
            items = spread;
            count = largest;
            toOther = !toOther;
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

    /// <summary>Spreads a group by a digit, and sorts all groups that this makes but the largest.</summary>
    /// <returns>Where the largest is in <paramref name="other"/>, and its number of items.</returns>
    private (int First, int Count) Spread(SortItem* items, SortItem* other, int count, int depth, int shift, int digitBits, bool toOther)
    {
        var digits = 1 << digitBits;
        var digitMask = (ulong)(digits - 1);
        // Wide passes happen only above all narrow ones, so they may share one set of counts with them, saved as group ends below.
        NativeMemory.Clear(counts, (nuint)(digits * sizeof(int)));
        for (var i = 0; i < count; i++) counts[(items[i].Prefix >> shift) & digitMask]++;
        var start = 0;
        var (largestFirst, largest) = (0, 0);
        for (var i = 0; i < digits; i++)
        {
            if (counts[i] > largest) (largestFirst, largest) = (start, counts[i]);
            (counts[i], start) = (start, start + counts[i]);
        }
        for (var i = 0; i < count; i++) other[counts[(items[i].Prefix >> shift) & digitMask]++] = items[i];

        // The groups lie one after another: each ends where the digit changes.
        for (var first = 0; first < count;)
        {
            var digit = (other[first].Prefix >> shift) & digitMask;
            var end = first + 1;
            while (end < count && ((other[end].Prefix >> shift) & digitMask) == digit) end++;
            if (first != largestFirst)
            {
                if (end - first > 1) SortAt(other + first, items + first, end - first, depth, shift, !toOther);
                else if (!toOther) items[first] = other[first];
            }
            first = end;
        }
        return (largestFirst, largest);
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

    /// <summary>Goes on with a large group whose keys agree in the eight bytes from <paramref name="depth"/> on, counting what is behind a key's end as zeros.</summary>
    /// <param name="items">The group.</param>
    /// <param name="other">Room for the group.</param>
    /// <param name="count">The number of items.</param>
    /// <param name="depth">Becomes where the next prefixes begin.</param>
    /// <returns>How many items at the front are in order; the others have their next prefixes.</returns>
    private int NextPrefix(SortItem* items, SortItem* other, int count, ref int depth)
    {
        var ended = 0;
        var shared = SharedLength(items, count, depth + PrefixBytes, out var allEqual);
        if (allEqual) return count;
        if (shared < depth + PrefixBytes)
        {
            // Some keys end within these bytes: they come first, the shorter before the longer, as in no other way they can differ here.
            ended = PartitionByLength(items, other, count, depth);
            if (ended == count) return count;
            shared = SharedLength(items + ended, count - ended, depth + PrefixBytes, out allEqual);
            if (allEqual) return count;
        }
        for (var i = ended; i < count; i++) items[i].Prefix = KeyPrefix.Of(PairRecord.Key(items[i].Record), shared);
        depth = shared;
        return ended;
    }

    /// <summary>How many bytes all keys share that agree up to <paramref name="depth"/> or their ends.</summary>
    /// <remarks>Windows that grow as long as all keys agree in them: two keys that share more than the others must not be compared to the end of that for nothing.</remarks>
    private int SharedLength(SortItem* items, int count, int depth, out bool allEqual)
    {
        var first = PairRecord.Key(items[0].Record);
        var (shortest, longest) = (first.Length, first.Length);
        for (var i = 1; i < count; i++)
        {
            var length = PairRecord.Key(items[i].Record).Length;
            if (length < shortest) shortest = length;
            else if (length > longest) longest = length;
        }
        var shared = Math.Min(depth, shortest);
        for (var window = FirstWindow; shared < shortest; window = Math.Min(2 * window, LargestWindow))
        {
            var wanted = Math.Min(window, shortest - shared);
            var common = wanted;
            var part = first.Slice(shared, wanted);
            for (var i = 1; i < count && common > 0; i++) common = part[..common].CommonPrefixLength(PairRecord.Key(items[i].Record).Slice(shared, common));
            Compared += (long)wanted * count;
            shared += common;
            if (common < wanted) break;
        }
        allEqual = shared == shortest && shortest == longest;
        return shared;
    }

    /// <summary>Moves the keys that end within eight bytes behind <paramref name="depth"/> to the front, the shorter before the longer.</summary>
    /// <returns>How many they are.</returns>
    private static int PartitionByLength(SortItem* items, SortItem* other, int count, int depth)
    {
        Span<int> places = stackalloc int[PrefixBytes + 2];
        for (var i = 0; i < count; i++) places[Class(items[i], depth) + 1]++;
        for (var i = 1; i < places.Length; i++) places[i] += places[i - 1];
        var ended = places[PrefixBytes];
        for (var i = 0; i < count; i++) other[places[Class(items[i], depth)]++] = items[i];
        Copy(other, items, count);
        return ended;

        static int Class(in SortItem item, int depth) => Math.Clamp(PairRecord.Key(item.Record).Length - depth, 0, PrefixBytes);
    }

    private static void Copy(SortItem* source, SortItem* target, int count)
        => new ReadOnlySpan<SortItem>(source, count).CopyTo(new Span<SortItem>(target, count));
}
