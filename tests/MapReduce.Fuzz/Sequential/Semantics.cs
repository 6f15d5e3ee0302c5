using MapReduce.Fuzz.Cases;
using MapReduce.Sdk;

namespace MapReduce.Fuzz.Sequential;

/// <summary>What jobs mean, in pieces of which each can be replaced by a mistaken one: to see whether that is noticed.</summary>
internal class Semantics
{
    public virtual RecordReading Reading { get; } = new();

    public virtual KeyOrder Order { get; } = new();

    public virtual Folds Folds => new(Order);

    /// <summary>What a good record has emitted.</summary>
    public virtual IEnumerable<Pair> Good(IReadOnlyList<Pair> emitted) => emitted;

    /// <summary>What stays of what a bad record has emitted before it failed.</summary>
    public virtual IEnumerable<Pair> Bad(IReadOnlyList<Pair> emitted) => [];

    /// <summary>Whether what a bad record has counted stays.</summary>
    public virtual bool CountsBad => false;

    /// <summary>Where the quarantine says that a bad record is.</summary>
    public virtual long PlaceOf(InputRecord record) => record.Offset;

    /// <summary>The pairs of a channel in the order in which they reach its reducers: (input, split, position).</summary>
    public virtual IEnumerable<Pair> Arriving(IReadOnlyList<Pair> pairs) => pairs;

    /// <summary>The key under which a pair is shuffled.</summary>
    public virtual object? Shuffled(object? key) => SharedForm.Of(key);

    /// <summary>The part in which a partition is written.</summary>
    public virtual int PartOf(int partition, int partitions) => partition;

    /// <summary>What a later stage reads of a dataset.</summary>
    public virtual IEnumerable<(object? Key, object? Value)> Read(IReadOnlyList<(object? Key, object? Value)> dataset) => dataset;

    /// <summary>Whether a join keeps a key of which it has these sides.</summary>
    public virtual bool Keeps(JoinKind kind, bool hasLeft, bool hasRight)
        => (hasLeft || kind is JoinKind.RightOuter or JoinKind.FullOuter) && (hasRight || kind is JoinKind.LeftOuter or JoinKind.FullOuter);

    /// <summary>Whether damage of a file has to be found.</summary>
    public virtual bool Finds(Damage damage) => damage != Damage.None;
}

/// <summary>A pair on its way to a channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="IsRight">Whether it is of the right side of a join.</param>
internal sealed record Pair(int Channel, object? Key, object? Value, bool IsRight);
