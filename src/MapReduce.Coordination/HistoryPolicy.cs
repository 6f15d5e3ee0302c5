namespace MapReduce.Coordination;

/// <summary>How much is remembered of jobs that have ended.</summary>
public sealed record HistoryPolicy
{
    /// <summary>How many of them.</summary>
    public int Jobs { get; init; } = 10_000;

    /// <summary>How long, from their end.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many bytes of the journal.</summary>
    public long Bytes { get; init; } = 4L << 30;

    /// <summary>How many bytes of what the job master itself knows of them: each master has all of it in memory, and has read it before it reigns.</summary>
    public long RecordBytes { get; init; } = 64 << 20;

    /// <summary>The jobs that are to be forgotten, those first that ended first. The last that ended is too old at most, or one of too many, but never too large: somebody may wait for it.</summary>
    public IEnumerable<JobRecord> Surplus(JobRegistry registry, DateTimeOffset now)
    {
        var left = registry.History;
        var oldest = (now - Age).UtcTicks;
        foreach (var job in registry.Ended)
        {
            var isTooLarge = left.Jobs > 1 && (left.Bytes > Bytes || left.RecordBytes > RecordBytes);
            if (left.Jobs <= Jobs && !isTooLarge && job.EndedAt >= oldest) yield break;
            yield return job;
            left = left.Without(job);
        }
    }
}

/// <summary>What the jobs that have ended take.</summary>
/// <param name="Jobs">How many they are.</param>
/// <param name="Bytes">What they take in the journal.</param>
/// <param name="RecordBytes">What of that the job master itself knows.</param>
public readonly record struct HistorySize(int Jobs, long Bytes, long RecordBytes)
{
    /// <summary>The size with one job more.</summary>
    internal HistorySize With(JobRecord job) => new(Jobs + 1, Bytes + job.Bytes, RecordBytes + job.RecordBytes);

    /// <summary>The size with one job less.</summary>
    internal HistorySize Without(JobRecord job) => new(Jobs - 1, Bytes - job.Bytes, RecordBytes - job.RecordBytes);
}
