using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>What version 1 has written stays readable, whatever kind it is of. If one of these fails, journals in use would not be read any more.</summary>
public sealed class JournalBytesTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly AttemptId Attempt = new(new TaskId(1, TaskKind.Map, 12), 3);
    private static readonly WorkerId Worker = new("node-2", 9);
    private static readonly Failure Failure = new(FailureReason.FetchFailed, "gone");
    private static readonly string Job = new JobId(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef")).ToString();
    private static readonly IReadOnlyList<long> Counters = [7, -1];

    private static readonly Products Made = new()
    {
        Parts = { new Part { Name = "part-00000", PrivatePath = "/staging/part", Length = 4, Hash = "0123456789abcdef0123456789abcdef", Rows = 2 } },
        Datasets = { new Dataset { Channel = 1, Path = "/shared/dataset", Length = 5, Rows = 3 } },
        Totals = new Totals { RecordsRead = 1, BytesRead = 2, ReadsInput = true, ShuffleBytes = 3, SpilledBytes = 4, RowsWritten = 5, RecordsSkipped = 6, Counters = { 7, -1 }, HotKeys = { new HotKey { Key = "the", Weight = 9 } }, BytesWritten = 10 },
        Tickets = { new Ticket { Participant = "postgres", Connection = "warehouse", Text = "mr-1" } },
        Fingerprint = 0x0123456789abcdef,
    };

    private static readonly Opened Definition = new()
    {
        Name = "counting",
        Stages = { new Stage { Reads = { "/in/*.txt" }, Steps = { "sum" }, Writes = { "" } }, new Stage { DependsOn = { 0 } } },
        Counters = { "words", "lines" },
        HasSideEffects = true,
        Stores = { new Store { Participant = "postgres", Connection = "warehouse" } },
    };

    private static readonly JobSpec Spec = new()
    {
        Id = Job,
        Name = "counting",
        Output = "/out",
        Overwrite = true,
        Attempts = 4,
        Priority = 2,
        Order = new JobOrder { Package = "digest", Assembly = "Counting.dll", JobClass = "Counting", Inputs = { "/in" }, Arguments = { "--sorted" }, Settings = new Settings { TaskMemory = 1 << 20, SplitBytes = 1 << 16, Partitions = 3, Compression = 1, SkipBadRecords = 5, Durable = true }, Staging = "/.out", Shared = "/.out/shared", ProgressTimeout = 600_000, MemoryLimit = 1 << 30, Holders = { "http://node-1/" }, SideFiles = { new SideFile { Path = "stop", Digest = "other" } } },
        ClientToken = "token",
        Submitted = At.UtcTicks,
        NonDeterminism = 1,
        Trace = "00-0123",
    };

    private static readonly JobEvent[] Events =
    [
        new JobEvent.EpochClaimed(At, new Epoch(3)),
        new JobEvent.AttemptStarted(At, Attempt, Worker, At.AddSeconds(10), Slot: 2),
        new JobEvent.JobDefined(At, Definition),
        new JobEvent.StagePlanned(At, new AttemptId(new TaskId(1, TaskKind.Plan, 0), 1), "digest", 20, 4),
        new JobEvent.AttemptSucceeded(At, Attempt, Worker, Counters, 6, Made),
        new JobEvent.AttemptFailed(At, Attempt, Worker, Failure),
        new JobEvent.AttemptRevoked(At, Attempt, Worker),
        new JobEvent.MapOutputLost(At, Attempt, "its node is gone"),
        new JobEvent.MapOutputFound(At, Attempt, Worker),
        new JobEvent.MapOutputDiffers(At, Attempt, "another fingerprint"),
        new JobEvent.PartDamaged(At, new AttemptId(new TaskId(1, TaskKind.Reduce, 2), 0), Worker, "part-00002", "2 bytes are missing"),
        new JobEvent.DatasetDamaged(At, new AttemptId(new TaskId(0, TaskKind.Reduce, 2), 0), Worker, "dataset-0-0-00002-a0", "2 bytes are missing"),
        new JobEvent.CommitDecided(At, new Epoch(3)),
        new JobEvent.JobPublished(At),
        new JobEvent.JobFailed(At, Attempt.Task, Failure),
        new JobEvent.JobCancelled(At),
    ];

    private static readonly MasterRecord[] Records =
    [
        new() { EpochClaimed = new EpochClaimed { Epoch = 3, Node = "node-1" } },
        new() { JobStaging = new JobStaging { Spec = Spec } },
        new() { JobAccepted = new JobAccepted { Spec = Spec } },
        new() { JobChanged = new JobChanged { Job = Job, Phase = "committing" } },
        new() { JobEnded = new JobEnded { Job = Job, Phase = "failed", Tasks = 24, Reason = (int)FailureReason.UserCode, Cause = "thrown", FailedTask = "s0-m00001", Progress = new JobProgress { Stage = 0, Stages = 1, Maps = 20, MapsDone = 19, Reduces = 4, ReducesDone = 1, Running = 1, Failed = 2 } } },
        new() { NodeChanged = new NodeChanged { Node = new Protocol.Journal.Worker { Node = "node-2", Incarnation = 9 }, Kind = NodeChangeKind.Quarantined, Reason = "DiskFull" } },
        new() { JobForgotten = new JobForgotten { Job = Job } },
    ];

    /// <summary>A job amid its reduce tasks, with a task that has failed, an output that was lost, and attempts that run.</summary>
    private static readonly JobEvent[] History =
    [
        new JobEvent.EpochClaimed(At, new Epoch(3)),
        new JobEvent.AttemptStarted(At, new AttemptId(new TaskId(0, TaskKind.Plan, 0), 0), Worker, At.AddSeconds(10), 0),
        new JobEvent.JobDefined(At, Definition),
        new JobEvent.StagePlanned(At, new AttemptId(new TaskId(0, TaskKind.Plan, 0), 0), "digest", 3, 2),
        .. Enumerable.Range(0, 3).SelectMany(map => (JobEvent[])
        [
            new JobEvent.AttemptStarted(At.AddSeconds(1), new AttemptId(new TaskId(0, TaskKind.Map, map), 0), Worker, At.AddSeconds(10), 1),
            new JobEvent.AttemptSucceeded(At.AddSeconds(2 + map), new AttemptId(new TaskId(0, TaskKind.Map, map), 0), Worker, Counters, 1, Made),
        ]),
        new JobEvent.AttemptStarted(At.AddSeconds(5), new AttemptId(new TaskId(0, TaskKind.Reduce, 0), 0), new WorkerId("node-3", 4), At.AddSeconds(15), 0),
        new JobEvent.AttemptSucceeded(At.AddSeconds(6), new AttemptId(new TaskId(0, TaskKind.Reduce, 0), 0), new WorkerId("node-3", 4), Counters, 0, Made),
        new JobEvent.AttemptStarted(At.AddSeconds(6), new AttemptId(new TaskId(0, TaskKind.Reduce, 1), 0), new WorkerId("node-3", 4), At.AddSeconds(16)),
        new JobEvent.AttemptFailed(At.AddSeconds(7), new AttemptId(new TaskId(0, TaskKind.Reduce, 1), 0), new WorkerId("node-3", 4), Failure),
        new JobEvent.MapOutputLost(At.AddSeconds(7), new AttemptId(new TaskId(0, TaskKind.Map, 2), 0), "its node is gone"),
        new JobEvent.AttemptStarted(At.AddSeconds(8), new AttemptId(new TaskId(0, TaskKind.Map, 2), 1), new WorkerId("node-3", 4), At.AddSeconds(18), 0),
    ];

    public static TheoryData<string> EventKinds() => [.. typeof(JobEvent).GetNestedTypes().Select(type => type.Name)];

    public static TheoryData<string> RecordKinds() => [.. Enum.GetValues<MasterRecord.EventOneofCase>().Where(kind => kind != MasterRecord.EventOneofCase.None).Select(kind => kind.ToString())];

    [Theory]
    [MemberData(nameof(EventKinds))]
    public void An_event_of_each_kind_is_read_from_the_bytes_of_version_1_and_written_as_they_are(string kind)
    {
        var expected = Assert.Single(Events, @event => @event.GetType().Name == kind);
        Assert.Equal(JournalBytes.Events[kind], Convert.ToHexString(JobEventCodec.Write(expected)));
        var read = JobEventCodec.Read(Convert.FromHexString(JournalBytes.Events[kind]));
        // Lists are equal where they are the same.
        if (read is JobEvent.AttemptSucceeded succeeded)
        {
            Assert.Equal(Counters, succeeded.Counters);
            read = succeeded with { Counters = Counters };
        }
        Assert.Equal(expected, read);
    }

    [Theory]
    [MemberData(nameof(RecordKinds))]
    public void A_record_of_the_master_of_each_kind_is_read_from_the_bytes_of_version_1_and_written_as_they_are(string kind)
    {
        var expected = Assert.Single(Records, record => record.EventCase.ToString() == kind).Clone();
        (expected.Version, expected.At) = (1, At.UtcTicks);
        Assert.Equal(JournalBytes.Records[kind], Convert.ToHexString(expected.ToByteArray()));
        var read = MasterRecord.Parser.ParseFrom(Convert.FromHexString(JournalBytes.Records[kind]));
        Assert.Equal(expected, read);
        // Each kind is known.
        new JobRegistry().Apply(read);
    }

    [Fact]
    public void A_snapshot_of_the_master_is_read_from_the_bytes_of_version_1_and_written_as_they_are()
    {
        var registry = new JobRegistry();
        registry.Apply(MasterSnapshot.Parser.ParseFrom(Convert.FromHexString(JournalBytes.MasterSnapshot)));
        Assert.Equal(3, registry.Epoch.Value);
        var job = registry.Find(Job)!;
        Assert.Equal(("failed", At.UtcTicks, "thrown"), (job.Phase, job.EndedAt, job.End!.Cause));
        Assert.Equal(Spec, job.Spec);
        Assert.Same(job, registry.FindAgain(Spec));
        Assert.Equal("owner", JobOwner.Of(job.Spec));
        Assert.Equal(JournalBytes.MasterSnapshot, Convert.ToHexString(registry.Snapshot().ToByteArray()));
        Assert.Equal(registry.Snapshot(), Registry().Snapshot());
    }

    [Fact]
    public void A_snapshot_of_a_job_is_read_from_the_bytes_of_version_1_and_written_as_they_are()
    {
        var bytes = Convert.FromHexString(JournalBytes.JobSnapshot);
        var state = JobStateCodec.Read(JobId.Parse(Job), new JobRules(), JobSnapshot.Parser.ParseFrom(bytes));
        Assert.Equal((3, (long)History.Length, 1, 1, 1), (state.Epoch.Value, state.Revision, state.RunningAttempts, state.FailedAttempts, state.Progress(0).ReducesDone));
        Assert.Equal(JobStateCodec.Write(StateOf(History)), JobStateCodec.Write(state));
        Assert.Equal(JournalBytes.JobSnapshot, Convert.ToHexString(JobStateCodec.Write(state).ToByteArray()));
        // And the master that has read it can go on.
        state.Apply(new JobEvent.AttemptSucceeded(At.AddSeconds(9), new AttemptId(new TaskId(0, TaskKind.Map, 2), 1), new WorkerId("node-3", 4), Counters, 1, Made));
        Assert.Equal(3, state.Progress(0).MapsDone);
    }

    [Fact]
    public void What_a_newer_program_has_written_is_refused_in_words()
    {
        var snapshot = JobStateCodec.Write(StateOf(History));
        snapshot.Version = JobStateCodec.Version + 1;
        AssertNewer("a snapshot of version 3", () => JobStateCodec.Read(JobId.Parse(Job), new JobRules(), snapshot));
        var registry = Registry().Snapshot();
        registry.Version = 2;
        AssertNewer("a snapshot of version 2", () => new JobRegistry().Apply(registry));
        AssertNewer("a record of version 2", () => new JobRegistry().Apply(new MasterRecord { Version = 2, JobForgotten = new JobForgotten() }));
        AssertNewer("a record of a kind", () => new JobRegistry().Apply(new MasterRecord { Version = 1 }));

        static void AssertNewer(string what, Action read)
        {
            var message = Assert.Throws<JournalException>(read).Message;
            Assert.Contains(what, message, StringComparison.Ordinal);
            Assert.Contains("A newer version of the program has written it: run that version, or a newer one.", message, StringComparison.Ordinal);
        }
    }

    /// <summary>The master after its records, but for the last, which forgets the job.</summary>
    private static JobRegistry Registry()
    {
        var registry = new JobRegistry();
        foreach (var record in Records.SkipLast(1).Select(record => record.Clone()))
        {
            (record.Version, record.At) = (1, At.UtcTicks);
            registry.Apply(record);
        }
        return registry;
    }

    private static JobState StateOf(IEnumerable<JobEvent> events)
    {
        var state = new JobState(JobId.Parse(Job), new JobRules());
        foreach (var @event in events) state.Apply(@event);
        return state;
    }
}
