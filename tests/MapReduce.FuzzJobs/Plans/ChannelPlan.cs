using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Plans;

/// <summary>A shuffle, or a map-only output: pairs of a kind of key and a kind of value, what feeds them and what becomes of them.</summary>
/// <param name="Id">By which others know it.</param>
/// <param name="Key">The name of the kind of its keys.</param>
/// <param name="Value">The name of the kind of its values; of a join, of its left ones.</param>
/// <param name="Feeds">What is mapped into it.</param>
/// <param name="Step">What follows the shuffle.</param>
/// <param name="Outputs">Where the results are written.</param>
internal sealed record ChannelPlan(int Id, string Key, string Value, IReadOnlyList<FeedPlan> Feeds, Step Step, IReadOnlyList<OutputPlan> Outputs)
{
    /// <summary>The kind of the right values of a join.</summary>
    public string Right { get; init; } = "";

    public JoinKind Join { get; init; }

    public AggregatorPlan? Aggregator { get; init; }

    public ReduceName Reduce { get; init; }

    /// <summary>Whether the reducer is an object that is set up and closed, rather than a function.</summary>
    public bool ReducesWithObject { get; init; }

    public bool IsCombined { get; init; }

    public Partitioning Partitioning { get; init; }

    /// <summary>0 leaves the number to the run.</summary>
    public int Partitions { get; init; }

    /// <summary>Whether keys or values have codecs of the channel's own: see <see cref="Kinds.OwnCodecs"/>.</summary>
    public bool HasOwnCodecs { get; init; }
}

/// <summary>What becomes of the pairs of a channel.</summary>
internal enum Step
{
    MapOnly,
    Sort,
    Reduce,
    GroupByFirst,
    Aggregate,
    Join,
}

/// <summary>How keys find their partition.</summary>
internal enum Partitioning
{
    Hash,

    /// <summary>A function of the job: see <see cref="Functions.Partitioner"/>.</summary>
    Custom,

    TotalOrder,
}

/// <summary>What a reducer does with the values of a group: see <see cref="Functions.Reductions"/>.</summary>
internal enum ReduceName
{
    Count,
    Total,
    Join,
    First,
    Each,
}

/// <summary>An aggregator.</summary>
/// <param name="Name">Its name in the API, such as <c>Sum.Of</c>; <c>Bag</c> for one of the job's own.</param>
/// <param name="First">The first of <c>Both.Of</c>.</param>
/// <param name="Second">The second.</param>
/// <param name="Selects">Whether the result is changed at the end, into its own text.</param>
internal sealed record AggregatorPlan(string Name, AggregatorPlan? First = null, AggregatorPlan? Second = null, bool Selects = false);

/// <summary>Where results are written.</summary>
/// <param name="Format">How.</param>
/// <param name="Name">The name of the output; empty for the folder itself.</param>
/// <param name="File">The one file that it is written as; null for parts.</param>
/// <param name="Compression">How the files are compressed.</param>
internal sealed record OutputPlan(RowFormat Format, string Name, string? File = null, OutputCompression Compression = OutputCompression.None);

internal enum RowFormat
{
    Text,
    Records,
    Json,
    Store,
}
