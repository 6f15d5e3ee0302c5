using System.Text;

namespace MapReduce.Engine.Tasks;

/// <summary>Remembers the few heaviest keys of a task.</summary>
internal sealed class HotKeys
{
    private const int Kept = 5;
    private const int ShownBytes = 80;

    private readonly List<HotKey> keys = [];
    private long least = long.MinValue;

    /// <summary>Takes note of a key.</summary>
    public void Offer(ReadOnlySpan<byte> key, long weight)
    {
        if (weight > least) Insert(key, weight);
    }

    public IReadOnlyList<HotKey> ToList() => keys;

    private void Insert(ReadOnlySpan<byte> key, long weight)
    {
        var at = keys.FindIndex(other => other.Weight < weight);
        keys.Insert(at < 0 ? keys.Count : at, new HotKey(Encoding.UTF8.GetString(key[..Math.Min(key.Length, ShownBytes)]), weight));
        if (keys.Count > Kept) keys.RemoveAt(Kept);
        if (keys.Count == Kept) least = keys[^1].Weight;
    }
}
