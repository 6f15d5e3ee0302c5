namespace MapReduce.Sdk;

/// <summary>The heaviest items.</summary>
public static class TopK
{
    /// <summary>The <paramref name="count"/> heaviest of the items with weights that a key has, heaviest first, ties in the byte order of the items.</summary>
    public static Aggregator<(long Weight, string Item), (long Weight, string Item)[]> Of(int count)
    {
        if (count < 1) throw new JobException(JobError.Definition, $"The top {count} of something cannot be found. Give a positive number.");
        return new Heaviest(count);
    }

    private sealed class Heaviest(int limit) : Aggregator<(long Weight, string Item), List<(long Weight, string Item)>, (long Weight, string Item)[]>
    {
        private readonly Codec<(long, string)[]> codec = new CodecRegistry().Value<(long, string)[]>();

        public override List<(long Weight, string Item)> Create() => [];

        public override void Add(ref List<(long Weight, string Item)> accumulator, (long Weight, string Item) value)
        {
            // Twice as many are held before the lighter half goes: sorting seldom is cheaper than keeping order always.
            accumulator.Add(value);
            if (accumulator.Count >= 2 * limit + 16) Shrink(accumulator);
        }

        public override void Merge(ref List<(long Weight, string Item)> accumulator, List<(long Weight, string Item)> other)
        {
            accumulator.AddRange(other);
            Shrink(accumulator);
        }

        public override void Write(List<(long Weight, string Item)> accumulator, ByteWriter writer)
        {
            Shrink(accumulator);
            codec.Write([.. accumulator], writer);
        }

        public override List<(long Weight, string Item)> Read(ReadOnlySpan<byte> bytes) => [.. codec.Read(bytes)];

        public override (long Weight, string Item)[] Result(List<(long Weight, string Item)> accumulator)
        {
            Shrink(accumulator);
            return [.. accumulator];
        }

        public override int SizeOf(List<(long Weight, string Item)> accumulator)
        {
            var bytes = 64 + (16L * accumulator.Capacity);
            foreach (var (_, item) in accumulator) bytes += 24 + (2L * (item?.Length ?? 0));
            return (int)Math.Min(int.MaxValue, bytes);
        }

        private void Shrink(List<(long Weight, string Item)> items)
        {
            items.Sort((left, right) => left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : Utf8Text.Compare(left.Item, right.Item));
            if (items.Count > limit) items.RemoveRange(limit, items.Count - limit);
        }
    }
}

/// <summary>Orders strings as the bytes are ordered in which they are written, UTF-8 with three bytes for a lone surrogate.</summary>
internal static class Utf8Text
{
    /// <summary>UTF-16 order, but for pairs of surrogates, which stand for characters above all others.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        var pairs = IsOfPair(left, common).CompareTo(IsOfPair(right, common));
        return pairs != 0 ? pairs : left[common].CompareTo(right[common]);
    }

    private static bool IsOfPair(string text, int at) => char.IsHighSurrogate(text[at])
        ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
        : at > 0 && char.IsSurrogatePair(text[at - 1], text[at]);
}
