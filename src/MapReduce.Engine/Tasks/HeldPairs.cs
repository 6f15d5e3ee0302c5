using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>The encoded pairs of one record, each with a number of the holder's.</summary>
internal sealed class HeldPairs
{
    private readonly ByteWriter bytes = new();
    private readonly List<(int Key, int Value, int Number)> pairs = [];

    /// <summary>How many there are.</summary>
    public int Count => pairs.Count;

    /// <summary>Adds a pair.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int number = 0)
    {
        bytes.Write(key);
        bytes.Write(value);
        pairs.Add((key.Length, value.Length, number));
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        bytes.Clear();
        pairs.Clear();
    }

    /// <summary>The pairs in the order in which they were added.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Steps through the pairs.</summary>
    internal ref struct Enumerator(HeldPairs held)
    {
        private ReadOnlySpan<byte> rest = held.bytes.Written;
        private int next;

        public HeldPair Current { get; private set; }

        public bool MoveNext()
        {
            if (next == held.pairs.Count) return false;
            var (key, value, number) = held.pairs[next++];
            Current = new HeldPair(rest[..key], rest.Slice(key, value), number);
            rest = rest[(key + value)..];
            return true;
        }
    }
}

/// <summary>A pair that is held.</summary>
internal readonly ref struct HeldPair(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int number)
{
    public ReadOnlySpan<byte> Key { get; } = key;

    public ReadOnlySpan<byte> Value { get; } = value;

    public int Number { get; } = number;
}
