using System.Runtime.InteropServices;

namespace MapReduce.Engine.Shuffle;

/// <summary>Counts the blocks of each segment, in the order of the file. A share of a map output has all blocks of its segments, so that each has the same number there.</summary>
internal sealed class BlockNumbers
{
    private readonly Dictionary<int, int> counts = [];

    /// <summary>The number of the next block of a segment, from 0.</summary>
    public int Next(int segment) => CollectionsMarshal.GetValueRefOrAddDefault(counts, segment, out _)++;
}
