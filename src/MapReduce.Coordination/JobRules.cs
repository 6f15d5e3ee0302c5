namespace MapReduce.Coordination;

/// <summary>What a job allows.</summary>
public sealed record JobRules
{
    /// <summary>The most stages of any job.</summary>
    public const int MostStages = 1000;

    /// <summary>The most counters of any job.</summary>
    public const int MostCounters = 10_000;

    /// <summary>The most map tasks of a stage: the job master remembers each.</summary>
    public const int MostMaps = 1_000_000;

    /// <summary>The most reduce tasks of a stage, those of all its channels together: the job master remembers each, and each asks for a share of every map output.</summary>
    public const int MostReduces = 100_000;

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

    /// <summary>What follows where a map task that runs again makes another output than the one that reducers may have read.</summary>
    public NonDeterminism NonDeterminism { get; init; }

    /// <summary>The job's share of slots relative to others; at least 1.</summary>
    public int Priority { get; init; } = 1;
}

/// <summary>What follows where the same task makes two different outputs. The numbers are in journals.</summary>
public enum NonDeterminism
{
    /// <summary>The job fails: its output would mix the two.</summary>
    Fail = 0,

    /// <summary>An event says so, and the job goes on.</summary>
    Warn = 1,
}
