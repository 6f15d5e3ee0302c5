using System.Buffers.Binary;
using MapReduce.Engine.Sorting;
using MapReduce.Sdk;

namespace MapReduce.Engine.Distinct;

/// <summary>Makes lists of different texts, in byte order, of what left the sorter.</summary>
internal sealed class DistinctResults
{
    private readonly SortedPairs pairs;
    private readonly byte[][] texts;
    private readonly int[] ranks;
    private readonly TextLists lists = new();
    private readonly ByteWriter key = new();
    private readonly DistinctState state = new();
    private bool more;

    public DistinctResults(SortedPairs pairs, NumberedTexts numbers)
    {
        this.pairs = pairs;
        texts = numbers.Sort(out ranks);
        more = pairs.MoveNext();
    }

    public ReadOnlySpan<byte> Key => key.Written;

    /// <summary>Steps to the next key and gathers all that came for it.</summary>
    public bool MoveNext()
    {
        if (!more) return false;
        key.Clear();
        key.Write(pairs.Key);
        state.Clear();
        do state.AddEncoded(pairs.Value);
        while ((more = pairs.MoveNext()) && pairs.Key.SequenceEqual(key.Written));
        return true;
    }

    /// <summary>The texts of the key.</summary>
    public ValueList Texts()
    {
        var numbered = Ranks();
        return state.Lists.IsEmpty ? Join(numbered) : Merge(numbered);
    }

    /// <summary>The places of the numbered texts in byte order, each once.</summary>
    private ReadOnlySpan<int> Ranks()
    {
        var found = state.Numbers;
        var ascending = true;
        var previous = -1;
        foreach (ref var number in found)
        {
            number = ranks[number];
            ascending &= number > previous;
            previous = number;
        }
        if (ascending) return found;
        found.Sort();
        var count = 0;
        foreach (var rank in found)
            if (count == 0 || found[count - 1] != rank) found[count++] = rank;
        return found[..count];
    }

    private ValueList Join(ReadOnlySpan<int> found)
    {
        var length = 0;
        foreach (var rank in found) length += 4 + texts[rank].Length;
        var buffer = GC.AllocateUninitializedArray<byte>(length);
        var target = buffer.AsSpan();
        foreach (var rank in found)
        {
            var text = texts[rank];
            BinaryPrimitives.WriteInt32LittleEndian(target, text.Length);
            text.CopyTo(target[4..]);
            target = target[(4 + text.Length)..];
        }
        return new ValueList(buffer, length, found.Length);
    }

    private ValueList Merge(ReadOnlySpan<int> found)
    {
        var all = lists.Create();
        foreach (var rank in found) lists.Add(ref all, new Utf8(texts[rank]));
        lists.Merge(ref all, lists.Read(state.Lists));
        return lists.Result(all);
    }
}
