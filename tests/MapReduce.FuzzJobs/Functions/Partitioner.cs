using System.Runtime.CompilerServices;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.FuzzJobs.Functions;

/// <summary>The partition function of a channel.</summary>
/// <param name="kind">The kind of the keys.</param>
/// <param name="first">The kind of their first parts, where groups of these have to meet; else null.</param>
/// <param name="mistakes">What goes wrong in it.</param>
internal sealed class Partitioner(Kind kind, Kind? first, AuthorMistakes mistakes)
{
    /// <summary>The partition of a key.</summary>
    /// <param name="key">The key, as equal ones come back: it may be asked for one more than once.</param>
    /// <param name="partitions">How many there are.</param>
    public int Of(object? key, int partitions)
    {
        var shown = first is null ? kind.Show(key) : first.Show(((ITuple)key!)[0]);
        mistakes.Make(MistakePlace.Partition, shown);
        return mistakes.IsMadeAt(MistakePlace.PartitionRange, shown) ? partitions : (int)(Hash.Of(shown) % (ulong)partitions);
    }
}
