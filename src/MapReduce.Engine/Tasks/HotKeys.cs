namespace MapReduce.Engine.Tasks;

/// <summary>Remembers the few heaviest keys of a task.</summary>
internal sealed class HotKeys
{
    private const int Kept = 5;

    private readonly List<Held> keys = [];
    private long least = long.MinValue;

    /// <summary>Takes note of a key.</summary>
    public void Offer(ReadOnlySpan<byte> key, long weight)
    {
        if (weight > least) Insert(key, weight);
    }

    /// <summary>The keys, heaviest first, as people read them.</summary>
    public IReadOnlyList<HotKey> ToList<TKey>(KeyReading<TKey> read) where TKey : allows ref struct
        => [.. keys.Select(key => new HotKey(KeyText.Of(key.Key, read), key.Weight))];

    private void Insert(ReadOnlySpan<byte> key, long weight)
    {
        var at = keys.FindIndex(other => other.Weight < weight);
        keys.Insert(at < 0 ? keys.Count : at, new Held(key.ToArray(), weight));
        if (keys.Count > Kept) keys.RemoveAt(Kept);
        if (keys.Count == Kept) least = keys[^1].Weight;
    }

    private sealed record Held(byte[] Key, long Weight);
}
