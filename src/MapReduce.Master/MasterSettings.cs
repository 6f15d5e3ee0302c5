using MapReduce.Coordination;
using MapReduce.Storage;

namespace MapReduce.Master;

/// <summary>How the job master works.</summary>
public sealed record MasterSettings
{
    /// <summary>How long a lease lasts without renewal.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often leases, stragglers and slots are looked at.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a slot counts as living after it was heard of.</summary>
    public TimeSpan SlotAbsence { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a question for events waits for some; shorter than whoever asks waits for an answer.</summary>
    public TimeSpan EventsPatience { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long a publication that failed waits before it is tried again.</summary>
    public TimeSpan PublishRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The fewest events between two snapshots of a job.</summary>
    public int SnapshotEvents { get; init; } = 5000;

    /// <summary>How many of the latest events of a job are kept in memory.</summary>
    public int RecentEvents { get; init; } = 4096;

    /// <summary>Whether the bytes of output parts are compared with their hashes before they are published, and not their lengths only. Each is read once more.</summary>
    public bool ChecksParts { get; init; }

    /// <summary>How many records of the master's own journal are kept for those who watch the cluster.</summary>
    public int KeptChanges { get; init; } = 10_000;

    /// <summary>The clock; null for the scheduler's, which tests may move.</summary>
    public SteadyClock? Clock { get; init; }

    /// <summary>The name of the node that the master is on.</summary>
    public string Node { get; init; } = "";

    /// <summary>How long the actor of a job that has ended stays after the last question about it.</summary>
    public TimeSpan IdleJob { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much is remembered of jobs that have ended.</summary>
    public HistoryPolicy History { get; init; } = new();

    /// <summary>The parties to the commit beside the files: one for each kind of store.</summary>
    public IReadOnlyList<ICommitParticipant> Participants { get; init; } = [];

    /// <summary>How often it is looked for what attempts have left prepared in stores that cannot count any more.</summary>
    public TimeSpan RecoverInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where the master counts.</summary>
    public MasterMetrics Metrics { get; init; } = new();

    /// <summary>When a second attempt helps a slow one.</summary>
    public SchedulingPolicy Scheduling { get; init; } = new();

    /// <summary>When a node is quarantined.</summary>
    public HealthPolicy Health { get; init; } = new();
}
