namespace MapReduce.Sdk;

/// <summary>The finished definition of a job: stages in an order in which each depends only on earlier ones.</summary>
internal sealed class JobDefinition
{
    public required string Name { get; init; }

    public required IReadOnlyList<StageNode> Stages { get; init; }

    public required IReadOnlyList<Counter> Counters { get; init; }

    public required IReadOnlyList<SideFile> SideFiles { get; init; }

    /// <summary>Whether user code does more than its outputs show, so that a second attempt beside a running one is not allowed.</summary>
    public required bool HasSideEffects { get; init; }
}

/// <summary>Sources and the channels that they feed: one round of map, shuffle and reduce.</summary>
internal sealed class StageNode
{
    public required int Index { get; init; }

    /// <summary>The stages whose datasets this one reads, by index.</summary>
    public required IReadOnlyList<int> DependsOn { get; init; }

    /// <summary>In the order of definition, which is the order of their values within a key.</summary>
    public required IReadOnlyList<SourceNode> Sources { get; init; }

    public required IReadOnlyList<ChannelNode> Channels { get; init; }
}
