using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;

namespace MapReduce.Engine.Distinct;

/// <summary>Numbers the different texts of a reduce task that travelled as sets: a small part of all, as each of them came often.</summary>
internal sealed class NumberedTexts
{
    private readonly Dictionary<byte[], int> numbers = new(new BytesComparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private readonly List<byte[]> texts = [];

    public NumberedTexts() => lookup = numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The number of a text, given at its first coming.</summary>
    public int Of(ReadOnlySpan<byte> text)
    {
        if (lookup.TryGetValue(text, out var number)) return number;
        var copy = text.ToArray();
        texts.Add(copy);
        numbers.Add(copy, texts.Count - 1);
        return texts.Count - 1;
    }

    /// <summary>The texts in byte order.</summary>
    /// <param name="ranks">For each number the text's place in that order.</param>
    public byte[][] Sort(out int[] ranks)
    {
        var sorted = texts.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));
        ranks = new int[order.Length];
        for (var rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        return sorted;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
