using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using Xunit;

namespace MapReduce.Coordination.Tests.Histories;

/// <summary>A master with its journal, workers, a network that keeps no promise, and a clock: everything around the brain, without time or threads.</summary>
internal sealed class World
{
    private const int FairRounds = 2000;
    private const int MostMessages = 400;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly Shape shape;
    private readonly JobId id = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));
    private readonly TaskScheduler scheduler = new(new SchedulingPolicy { SpeculationMinimum = TimeSpan.FromSeconds(1), SpeculationSample = 1 });
    private readonly List<byte[]> journal = [];
    private readonly List<Message> network = [];
    private readonly List<SimulatedWorker> workers = [];
    private readonly Dictionary<TaskId, AttemptId> published = [];
    private readonly Ledger ledger;
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;
    private int incarnations;

    public World(Shape shape)
    {
        this.shape = shape;
        ledger = new Ledger(shape);
        for (var node = 0; node < shape.Nodes; node++) workers.Add(new SimulatedWorker($"node-{node}", incarnations++, []));
        State = NewState();
        Handle(new JobCommand.ClaimEpoch(new Epoch(1)));
    }

    public JobState State { get; private set; }

    /// <summary>The events so far, as they were written.</summary>
    public IReadOnlyList<byte[]> Journal => journal;

    /// <summary>The kinds of commands that came to a decision.</summary>
    public HashSet<Type> Commands { get; } = [];

    /// <summary>The kinds of events that were decided.</summary>
    public HashSet<Type> Events { get; } = [];

    /// <summary>Lets one thing happen; <paramref name="what"/> chooses the kind and <paramref name="which"/> whom it meets.</summary>
    public void Step(int what, int which)
    {
        switch (what)
        {
            case < 18: Schedule(Pick(workers, which)); break;
            case < 20: GrantAnything(which); break;
            case < 45: Deliver(which, keep: false); break;
            case < 50: Deliver(which, keep: true); break;
            case < 54: Lose(which); break;
            case < 74: EndWell(which); break;
            case < 77: EndBadly(which); break;
            case < 79: FailToFetch(which); break;
            case < 82: FailToRead(which); break;
            case < 86: Say(Pick(workers, which)); break;
            case < 88: CrashWorker(which); break;
            case < 91: CrashMaster(); break;
            case < 97: Pass(TimeSpan.FromSeconds(which % 7)); break;
            default:
                CheckParts(which);
                if (shape.Refuses && which % 5 == 0) Send(new Message.ToMaster(new JobCommand.RefusePublish(State.Epoch, "the output exists")));
                else Publish(confirm: which % 3 != 0);
                break;
        }
    }

    public void Cancel() => Send(new Message.ToMaster(new JobCommand.Cancel()));

    /// <summary>From here on nothing fails any more: the job must come to an end.</summary>
    public void RunToEnd()
    {
        for (var round = 0; !State.Phase.IsEnd; round++)
        {
            Assert.True(round < FairRounds, $"the job does not end: {State.Phase}, {string.Join(", ", State.Leases())}");
            foreach (var worker in workers)
            {
                Say(worker);
                for (var slot = 0; slot < shape.Slots; slot++) Schedule(worker);
            }
            while (network.Count > 0) Deliver(0, keep: false);
            foreach (var worker in workers)
                foreach (var attempt in worker.Busy.ToList()) Succeed(worker, attempt);
            Pass(TimeSpan.FromSeconds(3));
            CheckParts(which: 0);
            Publish(confirm: true);
        }
        AssertEnd();
    }

    private void AssertEnd()
    {
        foreach (var _ in Enumerable.Range(0, 2)) CrashMaster();
        Assert.Equal(CommitProtocol.Outstanding(State), State.Phase is JobPhase.Succeeded ? CommitDuty.None : CommitDuty.Discard);
        if (State.Phase is not JobPhase.Succeeded) return;
        Assert.Equal(ledger.Committed, published);
        Assert.Equal(ledger.Counters, State.Counters.Count == 0 ? [0] : State.Counters);
    }

    private void Schedule(SimulatedWorker worker)
    {
        if (State.Leases().Count(lease => lease.Worker == worker.Id) >= shape.Slots) return;
        if (scheduler.Choose([State], worker.Id, now) is not { } choice) return;
        Assert.True(!choice.IsSpeculative || shape.Speculates);
        Assert.NotEmpty(Handle(new JobCommand.Grant(choice.Task, worker.Id)));
    }

    /// <summary>Asks for a task that no scheduler would choose: the brain must not rely on it.</summary>
    private void GrantAnything(int which)
    {
        var task = new TaskId(which % 5 - 1, (TaskKind)(which / 5 % 3), which / 15 % 6 - 1);
        Handle(new JobCommand.Grant(task, Pick(workers, which / 90).Id));
    }

    private void Deliver(int which, bool keep)
    {
        if (network.Count == 0) return;
        var message = Pick(network, which);
        if (!keep) network.Remove(message);
        switch (message)
        {
            case Message.ToMaster { Command: JobCommand.Renew renew }:
                if (State.Renew(renew, now)) Commands.Add(typeof(JobCommand.Renew));
                else if (Owner(renew.Attempt) is { } owner) Send(new Message.Revoked(renew.Attempt, owner.Id));
                break;
            case Message.ToMaster(var command):
                if (Handle(command).Count == 0 && Subject(command) is { } attempt && !Running(attempt) && Owner(attempt) is { } waiting) Send(new Message.Revoked(attempt, waiting.Id));
                break;
            case Message.Granted(var lease):
                Find(lease.Worker)?.Receive(lease);
                break;
            case Message.Revoked revoked:
                Find(revoked.Worker)?.Receive(revoked);
                break;
        }
    }

    private void Lose(int which)
    {
        if (network.Count > 0) network.Remove(Pick(network, which));
    }

    private void EndWell(int which)
    {
        var busy = Busy();
        if (busy.Count == 0) return;
        var (worker, attempt) = Pick(busy, which);
        Succeed(worker, attempt);
        Say(worker);
    }

    private void Succeed(SimulatedWorker worker, AttemptId attempt)
    {
        var stage = shape.Stages[attempt.Task.Stage];
        worker.End(attempt, epoch => attempt.Task.Kind == TaskKind.Plan
            ? new JobCommand.CompletePlan(attempt, epoch, $"plan of {attempt.Task.Stage}", stage.Maps, stage.Reduces, shape.Defines && attempt.Task.Stage == 0 ? Definition() : null)
            : new JobCommand.Complete(attempt, epoch, [1000 * (attempt.Task.Index + 1) + attempt.Number], Made: shape.Prepares ? Made(attempt) : null));
    }

    private Products Made(AttemptId attempt) => new()
    {
        Totals = new Totals { RowsWritten = attempt.Number + 1, HotKeys = { new HotKey { Key = $"{attempt.Task}", Weight = (attempt.Task.Index * 7 + attempt.Number) % 5 } } },
        Parts = { new Part { Name = $"{attempt.Task}", PrivatePath = $"{attempt}" } },
        Fingerprint = shape.Differs ? (ulong)attempt.Number : 0,
    };

    private Opened Definition()
    {
        var opened = new Opened { Name = "History", Counters = { "numbers" } };
        opened.Stages.Add(shape.DependsOn.Select(stage => new Stage { DependsOn = { stage } }));
        return opened;
    }

    /// <summary>Looks at the parts, of which some may be damaged; what is found may come late, twice or never.</summary>
    /// <param name="which">0 where all are whole.</param>
    private void CheckParts(int which)
    {
        if (CommitProtocol.Outstanding(State) != CommitDuty.Check) return;
        var tasks = shape.Stages.SelectMany((stage, index) => Enumerable.Range(0, stage.Maps).Select(map => new TaskId(index, TaskKind.Map, map)).Concat(Enumerable.Range(0, stage.Reduces).Select(reduce => new TaskId(index, TaskKind.Reduce, reduce))));
        var damaged = tasks.Where((_, number) => which % 2 == 1 && (which / 2 >> number % 12 & 1) != 0).Select(task => new DamagedPart(State.Winner(task)!.Value, $"{task}", "cut")).ToList();
        Send(new Message.ToMaster(damaged.Count == 0 ? new JobCommand.ConfirmParts(State.Epoch) : new JobCommand.ReportDamage(State.Epoch, damaged)));
    }

    private void EndBadly(int which)
    {
        var busy = Busy();
        if (busy.Count == 0) return;
        var (worker, attempt) = Pick(busy, which);
        worker.End(attempt, epoch => new JobCommand.Fail(attempt, epoch, new Failure(FailureReason.UserCode, "thrown")));
        Say(worker);
    }

    /// <summary>A reducer cannot have the output of a map task: it is gone where the worker is gone, and elsewhere the network was at fault.</summary>
    private void FailToFetch(int which)
    {
        var reducing = Busy().Where(busy => busy.Attempt.Task.Kind == TaskKind.Reduce && shape.Stages[busy.Attempt.Task.Stage].Maps > 0).ToList();
        if (reducing.Count == 0) return;
        var (worker, attempt) = Pick(reducing, which);
        var map = State.Winner(new TaskId(attempt.Task.Stage, TaskKind.Map, which % shape.Stages[attempt.Task.Stage].Maps));
        worker.End(attempt, epoch => new JobCommand.Fail(attempt, epoch, new Failure(FailureReason.FetchFailed, "unreachable"), map));
        Say(worker);
    }

    /// <summary>A task of a later stage cannot read what an earlier one has made: it is damaged.</summary>
    private void FailToRead(int which)
    {
        var reading = Busy().Where(busy => busy.Attempt.Task.Kind != TaskKind.Reduce && shape.DependsOn[busy.Attempt.Task.Stage].Count > 0).ToList();
        if (reading.Count == 0) return;
        var (worker, attempt) = Pick(reading, which);
        var earlier = Pick(shape.DependsOn[attempt.Task.Stage], which);
        var (maps, reduces, _) = shape.Stages[earlier];
        if (maps + reduces == 0) return;
        var index = which / 7 % (maps + reduces);
        var maker = State.Winner(index < maps ? new TaskId(earlier, TaskKind.Map, index) : new TaskId(earlier, TaskKind.Reduce, index - maps));
        worker.End(attempt, epoch => new JobCommand.Fail(attempt, epoch, new Failure(FailureReason.FetchFailed, "damaged"), Dataset: maker is { } made ? new DamagedPart(made, $"dataset-{made}", "damaged") : null));
        Say(worker);
    }

    private void CrashWorker(int which)
    {
        var index = which % workers.Count;
        Send(new Message.ToMaster(new JobCommand.LoseWorker(workers[index].Id)));
        // Its disk may survive.
        var survives = which % 2 == 0;
        workers[index] = new SimulatedWorker(workers[index].Id.Node, incarnations++, survives ? workers[index].Outputs : []);
        foreach (var output in workers[index].Outputs) Send(new Message.ToMaster(new JobCommand.AnnounceOutput(output, workers[index].Id)));
    }

    /// <summary>The master ends and another takes over with nothing but the journal; what was under way still arrives.</summary>
    private void CrashMaster()
    {
        var before = State;
        State = NewState();
        foreach (var bytes in journal) State.Apply(JobEventCodec.Read(bytes));
        AssertSame(before, State);
        // The same by way of a snapshot of all but the latest events.
        var earlier = NewState();
        var early = journal.Count - Math.Min(journal.Count, 3);
        foreach (var bytes in journal.Take(early)) earlier.Apply(JobEventCodec.Read(bytes));
        var restored = ThroughSnapshot(earlier);
        foreach (var bytes in journal.Skip(early)) restored.Apply(JobEventCodec.Read(bytes));
        AssertSame(before, restored);
        State = restored;
        Handle(new JobCommand.ClaimEpoch(before.Epoch.Next));
        State.RenewAll(now);
        foreach (var lease in State.Leases().ToList())
        {
            if (Find(lease.Worker) is not null) Send(new Message.Granted(lease));
            else Send(new Message.ToMaster(new JobCommand.LoseWorker(lease.Worker)));
        }
    }

    private void Say(SimulatedWorker worker)
    {
        foreach (var report in worker.Reports()) Send(new Message.ToMaster(report));
    }

    private void Pass(TimeSpan duration)
    {
        now += duration;
        Handle(new JobCommand.Tick());
    }

    /// <summary>Does what a master must after the decision, perhaps for the second time; perhaps it dies before it can say so.</summary>
    private void Publish(bool confirm)
    {
        if (CommitProtocol.Outstanding(State) != CommitDuty.Publish) return;
        foreach (var task in ledger.Committed!.Keys)
        {
            var winner = State.Winner(task)!.Value;
            if (!published.TryAdd(task, winner)) Assert.Equal(published[task], winner);
        }
        if (confirm) Send(new Message.ToMaster(new JobCommand.ConfirmPublished(State.Epoch)));
    }

    /// <summary>Decides, persists, applies, and only then sends.</summary>
    private IReadOnlyList<JobEvent> Handle(JobCommand command)
    {
        var events = State.Decide(command, now);
        Assert.Equal(events.Count, State.Decide(command, now).Count);
        Assert.True(events.Count == 0 || Reign(command) is not { } reign || reign == State.Epoch, $"{command} of an old reign was obeyed");
        if (events.Count > 0) Commands.Add(command.GetType());
        foreach (var @event in events)
        {
            Events.Add(@event.GetType());
            ledger.Add(@event);
            journal.Add(JobEventCodec.Write(@event));
            State.Apply(@event);
        }
        if (command is JobCommand.LoseWorker lost) Assert.DoesNotContain(State.Leases(), lease => lease.Worker == lost.Worker);
        foreach (var @event in events)
        {
            if (@event is JobEvent.AttemptStarted started) Send(new Message.Granted(new Lease(id, started.Attempt, State.Epoch, started.Worker, started.Deadline)));
            if (@event is JobEvent.AttemptRevoked revoked) Send(new Message.Revoked(revoked.Attempt, revoked.Worker));
            if (@event is JobEvent.AttemptFailed failed) Send(new Message.Revoked(failed.Attempt, failed.Worker));
        }
        return events;
    }

    private void AssertSame(JobState left, JobState right)
    {
        Assert.Equal(left.Phase, right.Phase);
        Assert.Equal((left.Epoch, left.Revision, left.RunningAttempts, left.FailedAttempts), (right.Epoch, right.Revision, right.RunningAttempts, right.FailedAttempts));
        Assert.Equal(left.Counters, right.Counters);
        Assert.Equal((left.PreparedParts, left.Totals.RowsWritten), (right.PreparedParts, right.Totals.RowsWritten));
        Assert.Equal(Attempts(left), Attempts(right));
        for (var stage = 0; stage < left.StageCount; stage++) Assert.Equal(left.Progress(stage), right.Progress(stage));

        static IEnumerable<(string, WorkerId)> Attempts(JobState state)
            => state.Leases().Select(lease => (lease.Attempt.ToString(), lease.Worker)).Order();
    }

    /// <summary>A state that nothing has happened to.</summary>
    public JobState NewState()
    {
        var rules = new JobRules
        {
            MaxFailures = shape.MaxFailures,
            MaxLosses = shape.MaxLosses,
            LeaseDuration = Lease,
            AllowsSpeculation = shape.Speculates,
            NonDeterminism = shape.Differs ? NonDeterminism.Warn : NonDeterminism.Fail,
        };
        return shape.Defines ? new JobState(id, rules) : new JobState(id, rules, shape.DependsOn);
    }

    /// <summary>The state as a master knows it that reads the snapshot of another.</summary>
    public static JobState ThroughSnapshot(JobState state)
        => JobStateCodec.Read(state.Id, state.Rules, Protocol.Journal.JobSnapshot.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(JobStateCodec.Write(state))));

    private void Send(Message message)
    {
        // A network without room loses what is oldest.
        if (network.Count == MostMessages) network.RemoveAt(0);
        network.Add(message);
    }

    private List<(SimulatedWorker Worker, AttemptId Attempt)> Busy()
        => [.. workers.SelectMany(worker => worker.Busy.Select(attempt => (worker, attempt)))];

    private bool Running(AttemptId attempt) => State.Leases().Any(lease => lease.Attempt == attempt);

    private SimulatedWorker? Find(WorkerId worker) => workers.FirstOrDefault(other => other.Id == worker);

    private SimulatedWorker? Owner(AttemptId attempt)
        => workers.FirstOrDefault(worker => worker.Reports().Any(report => Subject(report) == attempt));

    private static AttemptId? Subject(JobCommand command) => command switch
    {
        JobCommand.Renew renew => renew.Attempt,
        JobCommand.Complete complete => complete.Attempt,
        JobCommand.CompletePlan plan => plan.Attempt,
        JobCommand.Fail fail => fail.Attempt,
        _ => null,
    };

    private static Epoch? Reign(JobCommand command) => command switch
    {
        JobCommand.Complete complete => complete.Epoch,
        JobCommand.CompletePlan plan => plan.Epoch,
        JobCommand.Fail fail => fail.Epoch,
        JobCommand.ConfirmParts confirmed => confirmed.Epoch,
        JobCommand.ReportDamage damage => damage.Epoch,
        JobCommand.ConfirmPublished published => published.Epoch,
        JobCommand.RefusePublish refused => refused.Epoch,
        _ => null,
    };

    private static T Pick<T>(IReadOnlyList<T> list, int which) => list[which % list.Count];
}
