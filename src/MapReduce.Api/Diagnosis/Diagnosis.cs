namespace MapReduce.Api;

/// <summary>Why a job failed or is slow.</summary>
public sealed record Diagnosis
{
    /// <summary>The job's id.</summary>
    public required string Job { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>running, committing, succeeded, failed or cancelled.</summary>
    public required string Phase { get; init; }

    /// <summary>All of it in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>What it began with: of a failed job why it failed, of another what held it up most; null where nothing did.</summary>
    public Finding? Cause { get; init; }

    /// <summary>What else is remarkable, most important first.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Failed and lost attempts by reason, in the order of the first of each.</summary>
    public IReadOnlyList<FailureGroup> Failures { get; init; } = [];
}

/// <summary>Something that explains a failure or lost time.</summary>
public sealed record Finding
{
    /// <summary>A word for programs, such as throwing-mapper, lost-node or skew: one of <see cref="FindingKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>What to change.</summary>
    public required string Advice { get; init; }

    /// <summary>Of a failure, the kind of reason that the job master knows.</summary>
    public string? Reason { get; init; }

    /// <summary>The task that it is about.</summary>
    public string? Task { get; init; }

    /// <summary>The attempt that it is about; of several the first.</summary>
    public string? Attempt { get; init; }

    /// <summary>When it happened first.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The node where it happened.</summary>
    public string? Node { get; init; }

    /// <summary>What the node is now: up, draining, quarantined, gone, ...</summary>
    public string? NodeState { get; init; }

    /// <summary>The file with the record or the data that it is about.</summary>
    public string? File { get; init; }

    /// <summary>The offset of the record in the file, in bytes.</summary>
    public long? Offset { get; init; }

    /// <summary>The beginning of the record, or the key.</summary>
    public string? Record { get; init; }

    /// <summary>The type of exception that code of the job threw.</summary>
    public string? Exception { get; init; }

    /// <summary>The place in the code: the first line of the stack that has one.</summary>
    public string? Place { get; init; }

    /// <summary>The whole message.</summary>
    public string? Message { get; init; }
}

/// <summary>Attempts that failed or were lost for the same reason.</summary>
/// <param name="Reason">The kind of reason.</param>
/// <param name="Count">How many.</param>
/// <param name="Tasks">Of how many tasks.</param>
/// <param name="Nodes">Where.</param>
/// <param name="First">The first of them.</param>
/// <param name="At">When that was.</param>
public sealed record FailureGroup(string Reason, int Count, int Tasks, IReadOnlyList<string> Nodes, string First, DateTimeOffset At);
