namespace MapReduce.Coordination;

/// <summary>Tells which nodes fail so often, for reasons of their own, that they get no work for a while.</summary>
/// <remarks>
/// Only failures that the surroundings cause count: a job that throws everywhere must not take the nodes down one by one. After the quarantine the
/// node is on probation: one more failure sends it back for twice as long, one success clears it. A full disk does not get emptier by trying, so that one failure is
/// enough. The last node of all is never quarantined.
/// </remarks>
public sealed class NodeHealth(HealthPolicy policy)
{
    private readonly Dictionary<string, Record> records = [];

    /// <summary>Whether the node gets no work now.</summary>
    public bool IsQuarantined(string node, DateTimeOffset now) => records.TryGetValue(node, out var record) && now < record.Until;

    /// <summary>Until when the node gets no work; null where it does.</summary>
    public DateTimeOffset? QuarantinedUntil(string node, DateTimeOffset now) => IsQuarantined(node, now) ? records[node].Until : null;

    /// <summary>An attempt on the node ended well.</summary>
    public void Succeeded(string node) => records.Remove(node);

    /// <summary>An attempt on the node failed.</summary>
    /// <param name="node">The node.</param>
    /// <param name="reason">Why.</param>
    /// <param name="healthy">How many nodes would be left without it.</param>
    /// <param name="now">The time.</param>
    /// <returns>How long the node gets no work; null where it goes on.</returns>
    public TimeSpan? Failed(string node, FailureReason reason, int healthy, DateTimeOffset now)
    {
        if (!IsOfNode(reason)) return null;
        var record = records.GetValueOrDefault(node) ?? new Record();
        records[node] = record;
        // A failure of the time before the quarantine may arrive during it.
        if (now < record.Until) return null;
        record.Failures++;
        if (healthy == 0 || (record.Failures < Enough(reason) && record.Term == default)) return null;
        record.Term = record.Term == default ? policy.Quarantine : TimeSpan.FromTicks(Math.Min(record.Term.Ticks * 2, policy.LongestQuarantine.Ticks));
        record.Until = now + record.Term;
        return record.Term;
    }

    /// <summary>Whether a failure may be the fault of the node that it happened on.</summary>
    internal static bool IsOfNode(FailureReason reason) => reason is FailureReason.DiskFull or FailureReason.Storage or FailureReason.CorruptData or FailureReason.ExecutorExited;

    private int Enough(FailureReason reason) => reason switch
    {
        FailureReason.DiskFull => 1,
        FailureReason.Storage or FailureReason.CorruptData => Math.Min(policy.StorageFailures, policy.Failures),
        _ => policy.Failures,
    };

    private sealed class Record
    {
        public int Failures { get; set; }

        public TimeSpan Term { get; set; }

        public DateTimeOffset Until { get; set; }
    }
}

/// <summary>When a node is quarantined, and for how long.</summary>
public sealed record HealthPolicy
{
    /// <summary>How many failures in a row, without a success between them.</summary>
    public int Failures { get; init; } = 5;

    /// <summary>How many, where the last was one of files: the node's disks, or what it may open. Fewer than a task may fail: a node on which everything fails at once asks for work most often, and would fail a task for good.</summary>
    public int StorageFailures { get; init; } = 2;

    /// <summary>The first term.</summary>
    public TimeSpan Quarantine { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest term.</summary>
    public TimeSpan LongestQuarantine { get; init; } = TimeSpan.FromMinutes(10);
}
