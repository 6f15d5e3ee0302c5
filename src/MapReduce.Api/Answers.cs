namespace MapReduce.Api;

/// <summary>A package that was taken.</summary>
/// <param name="Digest">Its digest: SHA-256 in hexadecimal digits.</param>
/// <param name="Nodes">The addresses of the nodes that have it.</param>
public sealed record PackageReceipt(string Digest, IReadOnlyList<string> Nodes);

/// <summary>A file that was taken, to go with a job.</summary>
/// <param name="Digest">Its digest: SHA-256 in hexadecimal digits.</param>
/// <param name="Nodes">The addresses of the nodes that have it.</param>
public sealed record FileReceipt(string Digest, IReadOnlyList<string> Nodes);

/// <summary>A job that was taken.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Again">Whether it had been submitted before, with the same client token.</param>
public sealed record JobReceipt(string Id, bool Again);

/// <summary>Some of the jobs, newest first.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Jobs">Those of this page.</param>
public sealed record JobList(int Total, IReadOnlyList<JobSummary> Jobs)
{
    /// <summary>The revision of the cluster that the list shows: watch the changes from here.</summary>
    public long Revision { get; init; }
}

/// <summary>A job in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Phase">running, committing, succeeded, failed or cancelled.</param>
/// <param name="Submitted">When it was submitted.</param>
/// <param name="Ended">When it ended; null while it runs.</param>
/// <param name="Priority">Its share of slots relative to others.</param>
public sealed record JobSummary(string Id, string Name, string Phase, DateTimeOffset Submitted, DateTimeOffset? Ended, int Priority)
{
    /// <summary>Whose it is: the name of whoever submitted it, or <c>owner</c> for the owner of the cluster.</summary>
    public string Owner { get; init; } = "";

    /// <summary>How far it is, or came; null where that is not known.</summary>
    public JobProgressDetails? Progress { get; init; }

    /// <summary>Why it failed, in one line; null where it did not.</summary>
    public FailureDetails? Failure { get; init; }
}

/// <summary>How far a job is.</summary>
/// <param name="Stage">The first stage that is not complete, from 0.</param>
/// <param name="Stages">The number of stages.</param>
/// <param name="Planned">Whether the numbers of tasks are known of all stages.</param>
/// <param name="Maps">The number of map tasks of all stages.</param>
/// <param name="MapsDone">How many of them are done.</param>
/// <param name="Reduces">The number of reduce tasks of all stages.</param>
/// <param name="ReducesDone">How many of them are done.</param>
/// <param name="Running">Attempts that run.</param>
/// <param name="Failed">Attempts that failed or were lost.</param>
/// <param name="InputBytes">Bytes of input read.</param>
/// <param name="WorkBytes">Bytes read of inputs and of what other tasks have made.</param>
/// <param name="RemainingSeconds">How long it may yet take; null where that cannot be told.</param>
public sealed record JobProgressDetails(int Stage, int Stages, bool Planned, int Maps, int MapsDone, int Reduces, int ReducesDone, int Running, int Failed, long InputBytes, long WorkBytes, double? RemainingSeconds);

/// <summary>All about a job.</summary>
public sealed record JobDetails
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it is: the name of whoever submitted it, or <c>owner</c> for the owner of the cluster.</summary>
    public string Owner { get; init; } = "";

    /// <summary>running, committing, succeeded, failed or cancelled.</summary>
    public required string Phase { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset Submitted { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The number of its latest event.</summary>
    public long Revision { get; init; }

    /// <summary>The reign of the master that has it.</summary>
    public long Epoch { get; init; }

    /// <summary>What it reads.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>What it writes.</summary>
    public required string Output { get; init; }

    /// <summary>Its own arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Its share of slots relative to others.</summary>
    public int Priority { get; init; }

    /// <summary>Its stages, in order.</summary>
    public required IReadOnlyList<StageDetails> Stages { get; init; }

    /// <summary>Its counters, in the order of their declaration.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    /// <summary>Attempts that run now.</summary>
    public int RunningAttempts { get; init; }

    /// <summary>Attempts that failed or were lost.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>How many of those were lost by no fault of the job.</summary>
    public int LostAttempts { get; init; }

    /// <summary>Records of input read.</summary>
    public long InputRecords { get; init; }

    /// <summary>Bytes of input read, with those of running attempts.</summary>
    public long InputBytes { get; init; }

    /// <summary>Bytes of map output.</summary>
    public long ShuffleBytes { get; init; }

    /// <summary>Bytes written to temporary files for want of memory.</summary>
    public long SpilledBytes { get; init; }

    /// <summary>Bytes written to outputs, and to datasets for later stages.</summary>
    public long WrittenBytes { get; init; }

    /// <summary>Rows written likewise.</summary>
    public long WrittenRows { get; init; }

    /// <summary>How long it may yet take, in seconds; null where that cannot be told.</summary>
    public double? RemainingSeconds { get; init; }

    /// <summary>Bad records that were skipped.</summary>
    public long SkippedRecords { get; init; }

    /// <summary>The heaviest keys, most first.</summary>
    public IReadOnlyList<HotKeyDetails> HotKeys { get; init; } = [];

    /// <summary>Why it failed; null where it did not.</summary>
    public FailureDetails? Failure { get; init; }
}

/// <summary>How far a stage is.</summary>
/// <param name="Planned">Whether the numbers of tasks are known.</param>
/// <param name="Maps">The number of map tasks.</param>
/// <param name="MapsDone">How many of them are done.</param>
/// <param name="Reduces">The number of reduce tasks.</param>
/// <param name="ReducesDone">How many of them are done.</param>
public sealed record StageDetails(bool Planned, int Maps, int MapsDone, int Reduces, int ReducesDone)
{
    /// <summary>The earlier stages whose results it reads, from 0.</summary>
    public IReadOnlyList<int> DependsOn { get; init; } = [];

    /// <summary>What its map tasks read, in words.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>What follows each shuffle, in words.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>The names of the outputs that it writes; the empty name is the job's only one.</summary>
    public IReadOnlyList<string> Writes { get; init; } = [];
}

/// <summary>A key that stands out.</summary>
/// <param name="Key">The key.</param>
/// <param name="Weight">How heavy it is.</param>
public sealed record HotKeyDetails(string Key, long Weight);

/// <summary>Why a job failed.</summary>
/// <param name="Reason">The kind of reason, such as UserCode.</param>
/// <param name="Message">What a person should read.</param>
/// <param name="Task">The task that failed; null where it was none.</param>
public sealed record FailureDetails(string Reason, string Message, string? Task);

/// <summary>Some of a job's tasks, in order.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Tasks">Those of this page.</param>
public sealed record TaskList(int Total, IReadOnlyList<TaskDetails> Tasks);

/// <summary>A task.</summary>
/// <param name="Task">Its name, such as s0-m00012.</param>
/// <param name="State">waiting, running or done.</param>
/// <param name="Attempts">Attempts started.</param>
/// <param name="Failures">Attempts that failed.</param>
/// <param name="Losses">Attempts and outputs that were lost.</param>
/// <param name="Node">The node that ran the attempt that counts, or runs one now.</param>
public sealed record TaskDetails(string Task, string State, int Attempts, int Failures, int Losses, string? Node);

/// <summary>An event of a job.</summary>
public sealed record JobEventDetails
{
    /// <summary>Its number; the first of a job is 1.</summary>
    public required long Revision { get; init; }

    /// <summary>What happened, such as AttemptStarted.</summary>
    public required string Event { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The attempt that it is about.</summary>
    public string? Attempt { get; init; }

    /// <summary>The node that it is about.</summary>
    public string? Node { get; init; }

    /// <summary>Of a failure, the kind of reason.</summary>
    public string? Reason { get; init; }

    /// <summary>Of a failure or a loss, what a person should read.</summary>
    public string? Message { get; init; }

    /// <summary>Of a start, the number of the slot in the cluster; null where that is not known.</summary>
    public int? Slot { get; init; }

    /// <summary>Of a success, what was read and made.</summary>
    public MadeDetails? Made { get; init; }

    /// <summary>Of a new reign, its number.</summary>
    public long? Epoch { get; init; }

    /// <summary>Of a plan, the number of map tasks.</summary>
    public int? Maps { get; init; }

    /// <summary>Of a plan, the number of reduce tasks.</summary>
    public int? Reduces { get; init; }

    /// <summary>Of a plan, its digest.</summary>
    public string? Plan { get; init; }

    /// <summary>Of an attempt that ended well, the bytes that it read.</summary>
    public long? BytesRead { get; init; }

    /// <summary>Whether it tells of a map output that is lost because the node that held it is.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsLossOfNode => Event == "MapOutputLost" && Message?.Contains("that held it was lost", StringComparison.Ordinal) == true;
}

/// <summary>What an attempt has read and made.</summary>
/// <param name="Read">Bytes read; of a reduce task that is the size of its partition.</param>
/// <param name="Written">Bytes made: for the shuffle, or for outputs and datasets.</param>
/// <param name="Spilled">Bytes written to temporary files for want of memory.</param>
/// <param name="Rows">Rows written to outputs and datasets.</param>
public sealed record MadeDetails(long Read, long Written, long Spilled, long Rows);

/// <summary>A change of the cluster that those who watch it are told.</summary>
public sealed record ClusterChange
{
    /// <summary>Its number. It grows from change to change, whoever is master, though not always by one.</summary>
    public required long Revision { get; init; }

    /// <summary>job-accepted, job-changed, job-ended, job-forgotten, node-joined, node-left, node-lost, node-draining, node-quarantined, node-released or master-changed.</summary>
    public required string Change { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The id of the job that it is about.</summary>
    public string? Job { get; init; }

    /// <summary>The job's name.</summary>
    public string? Name { get; init; }

    /// <summary>The phase that the job has come to: running, committing, succeeded, failed or cancelled.</summary>
    public string? Phase { get; init; }

    /// <summary>The node that it is about: of master-changed, the one with the new master.</summary>
    public string? Node { get; init; }

    /// <summary>The life of the node: a node that comes back is another.</summary>
    public long? Incarnation { get; init; }

    /// <summary>Of a quarantine, the kind of reason, such as DiskFull.</summary>
    public string? Reason { get; init; }

    /// <summary>Of a new master, its reign.</summary>
    public long? Epoch { get; init; }
}

/// <summary>The members of the cluster.</summary>
/// <param name="Master">The node with the job master.</param>
/// <param name="Epoch">Its reign.</param>
/// <param name="Nodes">The members.</param>
public sealed record NodeList(string Master, long Epoch, IReadOnlyList<NodeDetails> Nodes)
{
    /// <summary>The revision of the cluster that the list shows: watch the changes from here.</summary>
    public long Revision { get; init; }
}

/// <summary>A member of the cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Http">The beginning of its URLs.</param>
/// <param name="State">up, unreachable, joining, leaving, ...</param>
/// <param name="Slots">How many tasks it runs at a time.</param>
/// <param name="Busy">How many it runs now.</param>
/// <param name="Draining">Whether it takes no more work because it is to go.</param>
/// <param name="Quarantined">Whether it gets no work because attempts on it fail.</param>
/// <param name="Master">Whether the job master is there.</param>
public sealed record NodeDetails(string Name, string Http, string State, int Slots, int Busy, bool Draining, bool Quarantined, bool Master)
{
    /// <summary>Until when it gets no work because attempts on it fail; null where it does.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)]
    public DateTimeOffset? QuarantinedUntil { get; init; }
}

/// <summary>How far a node is with giving up its work.</summary>
/// <param name="Node">The node.</param>
/// <param name="Running">Attempts that it still runs.</param>
/// <param name="Needed">Jobs that still need map outputs from it.</param>
public sealed record DrainStatus(string Node, int Running, int Needed);

/// <summary>What a node says of itself.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Status">ready, or what is missing.</param>
public sealed record HealthStatus(string Node, string Status);

/// <summary>Why a request was refused.</summary>
/// <param name="Code">A word for programs, such as unknown-job.</param>
/// <param name="Message">A sentence for people, with the next step.</param>
public sealed record ApiError(string Code, string Message);
