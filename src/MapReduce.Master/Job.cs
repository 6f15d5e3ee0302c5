using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using TaskScheduler = MapReduce.Coordination.TaskScheduler;

namespace MapReduce.Master;

/// <summary>One job: persists what the brain decides, then does what it says.</summary>
/// <remarks>
/// Decisions are journalled in groups: while one group is being written, the next gathers. The brain's state runs ahead of the journal by that group, but
/// nothing leaves the actor before the events that it follows from are written; if writing fails the actor stops, and the state that ran ahead is gone.
/// </remarks>
internal sealed partial class Job : UntypedPersistentActor, IWithTimers
{
    private const string TickTimer = "tick";
    private const string RetryTimer = "retry";

    private readonly JobSpec spec;
    private readonly JobId id;
    private readonly JobRules rules;
    private readonly MasterSettings settings;
    private readonly Epoch epoch;
    private readonly bool reigns;
    private readonly TaskScheduler scheduler;
    private readonly IJobHistory history;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly Dictionary<AttemptId, IActorRef> slots = [];
    private readonly Dictionary<AttemptId, long> progress = [];
    private Membership members;
    private JobState state;
    private Demand told;
    private bool ready;

    /// <param name="spec">The job as it was submitted.</param>
    /// <param name="rules">What it allows.</param>
    /// <param name="epoch">The reign to claim; null for a job that has ended and is only asked about.</param>
    /// <param name="members">Who is in the cluster.</param>
    /// <param name="settings">How the master works.</param>
    /// <param name="history">Events that are not kept in memory.</param>
    public Job(JobSpec spec, JobRules rules, Epoch? epoch, Membership members, MasterSettings settings, IJobHistory history)
    {
        this.spec = spec;
        this.rules = rules;
        this.settings = settings;
        this.members = members;
        this.history = history;
        this.epoch = epoch ?? default;
        reigns = epoch is not null;
        id = JobId.Parse(spec.Id);
        scheduler = new TaskScheduler(settings.Scheduling);
        state = new JobState(id, rules);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public override string PersistenceId => PersistenceIdOf(spec.Id);

    private DateTimeOffset Now => Context.System.Scheduler.Now;

    /// <summary>The name of a job's journal.</summary>
    public static string PersistenceIdOf(string job) => $"job-{job}";

    /// <inheritdoc/>
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: JobSnapshot snapshot }:
                state = JobStateCodec.Read(id, rules, snapshot);
                snapshotAt = lastWritten = snapshot.Revision;
                break;
            case EventRecord record:
                state.Apply(JobEventCodec.FromRecord(record));
                Remember(record);
                break;
            case RecoveryCompleted:
                Begin();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case MasterMessages.Offer offer:
                OnOffer(offer);
                break;
            case Report report:
                OnReport(report);
                break;
            case Renewal renewal:
                OnRenewal(renewal);
                break;
            case OutputsQuery query:
                Sender.Tell(Answers.Outputs(state, members, query));
                break;
            case DatasetsQuery query:
                Sender.Tell(Answers.Datasets(state, query));
                break;
            case OutputsFound found:
                OnFound(found);
                break;
            case Membership membership:
                OnMembers(membership);
                break;
            case MasterMessages.Abandoned abandoned:
                Decide(new JobCommand.Fail(abandoned.Attempt, state.Epoch, new Coordination.Failure(FailureReason.WorkerLost, "The slot did not take the attempt up.")));
                break;
            case MasterMessages.Again again:
                // Only what is written may leave: while a group is being written the slot asks once more.
                if (!writing && state.Holds(again.Attempt)) again.Offer.Worker.Tell(GrantOf(again.Attempt, again.Offer));
                break;
            case MasterMessages.StillNeeds needs:
                Sender.Tell(new MasterMessages.Needs(state.NeedsOutputsOf(needs.Worker)));
                break;
            case Tick:
                OnTick();
                break;
            case Published published:
                OnPublished(published);
                break;
            case PublishTick:
                CarryOut();
                break;
            case MasterMessages.Forget:
                OnForget();
                break;
            case DeleteMessagesSuccess:
                Context.Parent.Tell(new MasterMessages.Forgotten(id));
                break;
            case SaveSnapshotSuccess saved:
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure failed:
                log.Warning(failed.Cause, "The snapshot of job {Job} cannot be written; recovery will take longer.", spec.Id);
                break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure or DeleteSnapshotSuccess:
                break;
            case DeleteMessagesFailure failed:
                log.Warning(failed.Cause, "The journal of job {Job} cannot be deleted.", spec.Id);
                break;
            case ReceiveTimeout:
                if (ready && state.Phase.IsEnd && isOver) Context.Parent.Tell(new Passivate());
                break;
            default:
                if (!OnQuery(message)) Unhandled(message);
                break;
        }
    }

    /// <summary>A reign begins, or somebody asks about a job of the past.</summary>
    private void Begin()
    {
        ready = true;
        if (!reigns)
        {
            isOver = true;
            Context.SetReceiveTimeout(settings.IdleJob);
            return;
        }
        Decide(new JobCommand.ClaimEpoch(epoch), () =>
        {
            state.RenewAll(Now);
            OnMembers(members);
            CarryOut();
            TellDemand();
        });
        Timers.StartPeriodicTimer(TickTimer, Tick.Instance, settings.TickInterval);
    }

    private void OnOffer(MasterMessages.Offer offer)
    {
        var worker = Ids.Worker(offer.Slot);
        if (scheduler.Choose([state], worker, Now) is not { } choice
            || state.Decide(new JobCommand.Grant(choice.Task, worker), Now) is not [JobEvent.AttemptStarted started] events)
        {
            told = default;
            TellDemand();
            Context.Parent.Tell(new MasterMessages.Declined(id, offer));
            return;
        }
        slots[started.Attempt] = offer.Worker;
        Commit(events, () => offer.Worker.Tell(GrantOf(started.Attempt, offer)));
        Context.Parent.Tell(new MasterMessages.Granted(id, offer, started.Attempt));
    }

    private Grant GrantOf(AttemptId attempt, MasterMessages.Offer offer) => new()
    {
        Job = spec.Id,
        Attempt = Ids.Write(attempt),
        Epoch = state.Epoch.Value,
        Request = offer.Request,
        Order = spec.Order,
        Plan = state.PlanHash(attempt.Task.Stage) ?? "",
    };

    private void OnReport(Report report)
    {
        var attempt = Ids.Read(report.Attempt);
        var asker = Sender;
        if (report.Epoch != state.Epoch.Value)
        {
            asker.Tell(new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = state.Epoch.Value, Stale = true });
            return;
        }
        slots[attempt] = asker;
        progress.Remove(attempt);
        var events = Decide(Command(report, attempt), () => asker.Tell(new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = state.Epoch.Value }));
        slots.Remove(attempt);
        foreach (var failed in events.OfType<JobEvent.AttemptFailed>()) Context.Parent.Tell(new MasterMessages.Outcome(failed.Worker, report.Slot, failed.Failure.Reason));
        if (report.Failed is null) Context.Parent.Tell(new MasterMessages.Outcome(Ids.Worker(report.Slot), report.Slot, null));
    }

    private JobCommand Command(Report report, AttemptId attempt)
    {
        switch (report.ResultCase)
        {
            case Report.ResultOneofCase.Planned:
                return new JobCommand.CompletePlan(attempt, state.Epoch, report.Planned.Digest, report.Planned.Maps, report.Planned.Reduces, report.Planned.Definition);
            case Report.ResultOneofCase.Made:
                var made = report.Made.Clone();
                made.Totals.Counters.Clear();
                return new JobCommand.Complete(attempt, state.Epoch, [.. report.Made.Totals.Counters], report.Made.Totals.RecordsSkipped, made);
            default:
                var lost = report.Failed?.LostMap is { } map ? Ids.Read(map) : (AttemptId?)null;
                return new JobCommand.Fail(attempt, state.Epoch, new Coordination.Failure((FailureReason)(int)(report.Failed?.Kind ?? FailureKind.Storage), report.Failed?.Message ?? "The worker gives no reason."), lost);
        }
    }

    private void OnRenewal(Renewal renewal)
    {
        var attempt = Ids.Read(renewal.Attempt);
        // Numbers of attempts are never used twice, so a lease of the reign before is known by its number.
        var held = state.Renew(new JobCommand.Renew(attempt, state.Epoch), Now);
        if (held)
        {
            slots[attempt] = Sender;
            progress[attempt] = renewal.Bytes;
        }
        Sender.Tell(new Renewed { Job = renewal.Job, Attempt = renewal.Attempt, Epoch = state.Epoch.Value, Held = held });
    }

    private void OnFound(OutputsFound found)
    {
        var worker = new WorkerId(found.Node.Node, found.Node.Incarnation);
        if (!members.Nodes.ContainsKey(worker)) return;
        foreach (var attempt in found.Attempts) Decide(new JobCommand.AnnounceOutput(Ids.Read(attempt), worker));
    }

    private void OnMembers(Membership membership)
    {
        members = membership;
        if (!reigns) return;
        foreach (var gone in state.Workers.Where(worker => !members.Nodes.ContainsKey(worker)).ToList())
        {
            var events = Decide(new JobCommand.LoseWorker(gone));
            if (events.Count == 0) continue;
            log.Warning("Node {Node} is lost: job {Job} reassigns {Attempts} attempts and makes {Outputs} map outputs again.",
                gone.Node, spec.Id, events.OfType<JobEvent.AttemptFailed>().Count(), events.OfType<JobEvent.MapOutputLost>().Count());
        }
    }

    private void OnTick()
    {
        Decide(new JobCommand.Tick());
        TellDemand();
        AnswerLate();
    }

    private void OnForget()
    {
        DeleteSnapshots(SnapshotSelectionCriteria.Latest);
        DeleteMessages(long.MaxValue);
    }

    private void TellDemand()
    {
        if (!reigns) return;
        var demand = new Demand(id, rules.Priority, state.RunningAttempts, state.RunnableTasks, scheduler.Stragglers(state, Now));
        if (demand == told) return;
        told = demand;
        Context.Parent.Tell(new MasterMessages.Wants(demand));
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }

    private sealed record PublishTick
    {
        public static PublishTick Instance { get; } = new();
    }

    /// <summary>The actor has nothing more to do.</summary>
    internal sealed record Passivate;
}
