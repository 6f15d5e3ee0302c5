namespace MapReduce.Api;

/// <summary>The cluster at a glance.</summary>
public sealed record ClusterStatus
{
    /// <summary>The node with the job master.</summary>
    public required string Master { get; init; }

    /// <summary>Its reign.</summary>
    public required long Epoch { get; init; }

    /// <summary>The members.</summary>
    public required IReadOnlyList<NodeDetails> Nodes { get; init; }

    /// <summary>How many jobs are known.</summary>
    public required int Jobs { get; init; }

    /// <summary>How many of them have not ended.</summary>
    public required int RunningJobs { get; init; }

    /// <summary>Jobs that have not ended, newest first; not more than 50.</summary>
    public required IReadOnlyList<JobSummary> Running { get; init; }

    /// <summary>Jobs that have ended lately, newest first.</summary>
    public required IReadOnlyList<JobSummary> Recent { get; init; }

    /// <summary>Jobs that have failed lately, newest first.</summary>
    public required IReadOnlyList<JobSummary> Failed { get; init; }

    /// <summary>What was done lately.</summary>
    public required ThroughputSamples Throughput { get; init; }
}

/// <summary>What the cluster has done, in samples of equal length. The master of this reign has them from its beginning on, for a quarter of an hour.</summary>
/// <param name="First">The number of the first sample here. Numbers follow the clock, so they go on when the master changes.</param>
/// <param name="Sampled">When the last was taken.</param>
/// <param name="IntervalSeconds">The length of a sample.</param>
/// <param name="Bytes">Bytes read in each, of inputs and of what other tasks have made.</param>
/// <param name="Tasks">Tasks that ended in each.</param>
/// <param name="Busy">Slots that were busy at the end of each.</param>
public sealed record ThroughputSamples(long First, DateTimeOffset Sampled, double IntervalSeconds, IReadOnlyList<long> Bytes, IReadOnlyList<int> Tasks, IReadOnlyList<int> Busy);
