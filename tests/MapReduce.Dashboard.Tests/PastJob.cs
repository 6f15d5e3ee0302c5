using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Persistence;
using MapReduce.Coordination;
using MapReduce.Node;
using MapReduce.Node.Configuration;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;

namespace MapReduce.Dashboard.Tests;

/// <summary>A large job of last week, written into a journal as a job master would have written it; and beside it <see cref="UnevenJob"/>.</summary>
internal sealed class PastJob
{
    public const int Maps = 19_900;
    public const int Reduces = 100;
    public const string Name = "clicks-by-day";

    private const int Nodes = 4;
    private const int SlotsOfNode = 8;

    private readonly Random random = new(7);
    private readonly List<JobEvent> events = [];
    private readonly JobState state;
    private readonly DateTimeOffset began;

    private PastJob(DateTimeOffset began)
    {
        this.began = began;
        state = new JobState(JobId.Parse(Id), new JobRules());
        Live();
    }

    public static string Id { get; } = new('7', 32);

    /// <summary>Writes the job.</summary>
    public static async Task WriteAsync(NodeSettings settings, DateTimeOffset began)
    {
        var job = new PastJob(began);
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(AkkaConfiguration.Make(settings)), Journal.Options(settings), Transport.Remoting(settings));
        using var system = ActorSystem.Create("past", setup);
        await WriteAsync(system, $"job-{Id}", [.. job.events.Select(JobEventCodec.ToRecord)], JobStateCodec.Write(job.state));
        var uneven = new JobState(JobId.Parse(UnevenJob.Id), new JobRules());
        var events = UnevenJob.Events(began.AddHours(1)).ToList();
        foreach (var @event in events) uneven.Apply(@event);
        await WriteAsync(system, $"job-{UnevenJob.Id}", [.. events.Select(JobEventCodec.ToRecord)], JobStateCodec.Write(uneven));
        var spec = new JobSpec { Id = Id, Name = Name, Output = "/data/clicks/by-day", Attempts = 4, Priority = 1, Submitted = began.UtcTicks, Order = new JobOrder { Inputs = { "/data/clicks/2026-*" }, Settings = new Protocol.Execution.Settings() } };
        await WriteAsync(system, "job-master",
        [
            new MasterRecord { Version = 1, At = began.UtcTicks, EpochClaimed = new EpochClaimed { Epoch = 1 } },
            new MasterRecord { Version = 1, At = began.UtcTicks, JobAccepted = new JobAccepted { Spec = spec } },
            new MasterRecord { Version = 1, At = began.UtcTicks, JobAccepted = new JobAccepted { Spec = new JobSpec(spec) { Id = UnevenJob.Id, Name = UnevenJob.Name, Output = "/data/orders/by-customer", Submitted = began.AddHours(1).UtcTicks } } },
            new MasterRecord { Version = 1, At = uneven.EndedAt!.Value.UtcTicks, JobEnded = new JobEnded { Job = UnevenJob.Id, Phase = "succeeded", Tasks = UnevenJob.Maps + UnevenJob.Reduces + 2, Progress = new JobProgress { Stages = 2, IsPlanned = true, Maps = 1, MapsDone = 1, Reduces = 1, ReducesDone = 1, InputBytes = uneven.Totals.InputBytes } } },
            new MasterRecord { Version = 1, At = job.state.EndedAt!.Value.UtcTicks, JobEnded = new JobEnded { Job = Id, Phase = "succeeded", Tasks = Maps + Reduces, Progress = new JobProgress { Stages = 1, IsPlanned = true, Maps = Maps, MapsDone = Maps, Reduces = Reduces, ReducesDone = Reduces, InputBytes = job.state.Totals.InputBytes } } },
        ], null);
        await system.Terminate();
    }

    private static async Task WriteAsync(ActorSystem system, string name, IReadOnlyList<object> records, JobSnapshot? snapshot)
    {
        var written = new TaskCompletionSource();
        system.ActorOf(Props.Create(() => new Writer(name, records, snapshot, written)));
        await written.Task;
    }

    private void Live()
    {
        var slots = Enumerable.Range(0, Nodes * SlotsOfNode).Select(slot => (Slot: slot, Free: began.AddSeconds(2))).ToArray();
        Apply(new JobEvent.EpochClaimed(began, new Epoch(1)));
        var plan = new AttemptId(new TaskId(0, TaskKind.Plan, 0), 0);
        Apply(new JobEvent.AttemptStarted(began, plan, WorkerOf(0), began, 0));
        Apply(new JobEvent.JobDefined(began.AddSeconds(1), new Opened { Name = Name, Counters = { "clicks", "bots" }, Stages = { new Stage { Reads = { "/data/clicks/2026-*" }, Steps = { "aggregate" }, Writes = { "" } } }, Outputs = { new Layout() } }));
        Apply(new JobEvent.StagePlanned(began.AddSeconds(2), plan, "plan", Maps, Reduces));
        var pending = new PriorityQueue<JobEvent, DateTimeOffset>();
        foreach (var (kind, count) in ((TaskKind, int)[])[(TaskKind.Map, Maps), (TaskKind.Reduce, Reduces)])
        {
            for (var index = 0; index < count; index++) Run(new TaskId(0, kind, index), slots, pending);
            while (pending.TryDequeue(out var @event, out _)) Apply(@event);
            var last = slots.Max(slot => slot.Free);
            for (var i = 0; i < slots.Length; i++) slots[i].Free = last;
        }
        var end = slots[0].Free;
        Apply(new JobEvent.CommitDecided(end, new Epoch(1)));
        Apply(new JobEvent.JobPublished(end.AddSeconds(1)));
    }

    private void Run(TaskId task, (int Slot, DateTimeOffset Free)[] slots, PriorityQueue<JobEvent, DateTimeOffset> pending)
    {
        for (var number = 0; ; number++)
        {
            var next = Array.IndexOf(slots, slots.MinBy(slot => slot.Free));
            var (start, end) = (slots[next].Free, slots[next].Free.AddMilliseconds(random.Next(600, 2400) * (task.Kind == TaskKind.Reduce ? 6 : 1)));
            var attempt = new AttemptId(task, number);
            pending.Enqueue(new JobEvent.AttemptStarted(start, attempt, WorkerOf(slots[next].Slot), start.AddSeconds(10), slots[next].Slot), start);
            slots[next].Free = end;
            if (random.Next(400) == 0)
            {
                pending.Enqueue(new JobEvent.AttemptFailed(end, attempt, WorkerOf(slots[next].Slot), new Coordination.Failure(FailureReason.ExecutorExited, "The executor ended with signal 9.")), end);
                continue;
            }
            pending.Enqueue(new JobEvent.AttemptSucceeded(end, attempt, WorkerOf(slots[next].Slot), [1000, 3], 0, Made(task)), end);
            return;
        }
    }

    private Products Made(TaskId task)
    {
        var share = task.Index == 31 ? 5 : 1;
        return task.Kind == TaskKind.Map
            ? new Products { Totals = new Totals { RecordsRead = 600_000, BytesRead = 64 << 20, ReadsInput = true, ShuffleBytes = random.Next(900_000, 1_100_000) } }
            : new Products { Totals = new Totals { BytesRead = random.Next(170_000_000, 220_000_000) * share, RowsWritten = 8000, BytesWritten = 240_000, HotKeys = { new HotKey { Key = $"2026-0{1 + (task.Index % 9)}-14 /index", Weight = 9_000_000 - (task.Index * 1000) } } } };
    }

    private void Apply(JobEvent @event)
    {
        state.Apply(@event);
        events.Add(@event);
    }

    private static WorkerId WorkerOf(int slot) => new($"node-{1 + (slot / SlotsOfNode)}", 1 + (slot / SlotsOfNode));

    /// <summary>Writes what it is given, and ends.</summary>
    private sealed class Writer(string name, IReadOnlyList<object> records, JobSnapshot? snapshot, TaskCompletionSource written) : UntypedPersistentActor
    {
        public override string PersistenceId => name;

        protected override void OnRecover(object message)
        {
            if (message is not RecoveryCompleted) return;
            var left = records.Count;
            PersistAll(records, _ =>
            {
                if (--left > 0) return;
                if (snapshot is null) written.SetResult();
                else SaveSnapshot(snapshot);
            });
        }

        protected override void OnCommand(object message)
        {
            if (message is SaveSnapshotSuccess) written.SetResult();
            if (message is SaveSnapshotFailure failure) written.TrySetException(failure.Cause);
        }

        protected override void OnRecoveryFailure(Exception reason, object? message = null) => written.TrySetException(reason);

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => written.TrySetException(cause);
    }
}
