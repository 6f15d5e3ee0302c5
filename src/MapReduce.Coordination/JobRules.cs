namespace MapReduce.Coordination;

/// <summary>What a job allows.</summary>
public sealed record JobRules
{
    /// <summary>How many attempts at a task may fail by their own fault before the job fails.</summary>
    public int MaxFailures { get; init; } = 4;

    /// <summary>How many attempts at a task may be lost with their worker before the job fails.</summary>
    public int MaxLosses { get; init; } = 20;

    /// <summary>How many bad records all tasks together may pass over before the job fails.</summary>
    public long MaxSkippedRecords { get; init; }

    /// <summary>How long a lease lasts without renewal.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a second attempt may run beside a slow one. Not for jobs with side effects.</summary>
    public bool AllowsSpeculation { get; init; } = true;

    /// <summary>The job's share of slots relative to others; at least 1.</summary>
    public int Priority { get; init; } = 1;
}
