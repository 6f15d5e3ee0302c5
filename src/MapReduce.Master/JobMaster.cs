using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;

namespace MapReduce.Master;

/// <summary>The head of the cluster, of which there is one: it knows all jobs, and gives each free slot to the job whose turn it is.</summary>
/// <remarks>
/// It claims an epoch, and journals that, before it does anything. If its journal, or a job's, refuses to be written, another master has taken over or
/// the database is away: it stops, and the node with it, rather than try again.
/// </remarks>
public sealed partial class JobMaster : UntypedPersistentActor, IWithTimers
{
    private const string TickTimer = "tick";
    private const int SnapshotRecords = 500;

    private readonly MasterSettings settings;
    private readonly IJobHistory history;
    private readonly IActorRef workers;
    private readonly Func<IActorRef, Props>? listener;
    private readonly Action<string, bool> onEnd;
    private readonly JobRegistry registry = new();
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly Dictionary<JobId, IActorRef> jobs = [];
    private readonly Dictionary<JobId, Demand> demands = [];
    private readonly Dictionary<int, MasterMessages.Offer> waiting = [];
    private readonly HashSet<string> forgetting = [];
    private readonly HashSet<WorkerId> draining = [];
    private readonly Slots slots;
    private readonly NodeHealth health;
    private Membership members = new(new Dictionary<WorkerId, NodeMember>());
    private bool announced;
    private long turn;

    /// <param name="settings">How the master works.</param>
    /// <param name="history">Events that are not kept in memory.</param>
    /// <param name="workers">The shard region of the slots.</param>
    /// <param name="listener">Makes the actor that tells who is in the cluster; null where somebody else does.</param>
    /// <param name="onEnd">Called when the master must not go on, with the reason, and whether the node may join again as another life.</param>
    public JobMaster(MasterSettings settings, IJobHistory history, IActorRef workers, Func<IActorRef, Props>? listener, Action<string, bool> onEnd)
    {
        this.settings = settings;
        this.history = history;
        this.workers = workers;
        this.listener = listener;
        this.onEnd = onEnd;
        slots = new Slots(settings.SlotAbsence);
        health = new NodeHealth(settings.Health);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public override string PersistenceId => "job-master";

    private DateTimeOffset Now => Context.System.Scheduler.Now;

    /// <inheritdoc/>
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: MasterSnapshot snapshot }:
                foreach (var record in snapshot.Records) registry.Apply(record);
                break;
            case MasterRecord record:
                registry.Apply(record);
                break;
            case RecoveryCompleted:
                Persist(new EpochClaimed { Epoch = registry.Epoch.Next.Value }, Reign);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        log.Error(reason, "The journal of the job master cannot be read.");
        onEnd(reason is JournalException ? reason.Message : $"The journal of the job master cannot be read: {reason.Message}", reason is not JournalException);
        base.OnRecoveryFailure(reason, message);
    }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        onEnd($"The journal of the job master refuses record {sequenceNr}: another master has written it, or the database is away ({cause.Message}).", true);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case WorkRequest request:
                OnWorkRequest(request);
                break;
            case Report report:
                OnReport(report);
                break;
            case Renewal renewal:
                slots.Heard(renewal.Slot, Now).Attempt = (JobId.Parse(renewal.Job), Ids.Read(renewal.Attempt));
                ToJob(renewal.Job, renewal, () => new Renewed { Job = renewal.Job, Attempt = renewal.Attempt, Epoch = registry.Epoch.Value });
                break;
            case OutputsQuery query:
                ToJob(query.Job, query, () => new Outputs { Job = query.Job, Stage = query.Stage, From = query.From, Total = int.MaxValue });
                break;
            case DatasetsQuery query:
                ToJob(query.Job, query, () => new Datasets { Job = query.Job, From = -1 });
                break;
            case Inventory inventory:
                OnInventory(inventory);
                break;
            case OutputsFound found:
                if (jobs.TryGetValue(JobId.Parse(found.Job), out var finder)) finder.Forward(found);
                break;
            case MasterMessages.Declined declined:
                OnDeclined(declined);
                break;
            case MasterMessages.Granted granted:
                if (slots.Find(granted.Offer.Slot) is { } slot && slot.Request == granted.Offer.Request) (slot.Attempt, slot.IsOffered) = ((granted.Job, granted.Attempt), false);
                break;
            case MasterMessages.Wants wants:
                if (jobs.ContainsKey(wants.Demand.Job)) demands[wants.Demand.Job] = wants.Demand;
                Dispatch();
                break;
            case MasterMessages.Outcome outcome:
                OnOutcome(outcome);
                break;
            case MasterMessages.Over over:
                OnOver(over);
                break;
            case MasterMessages.Forgotten forgotten:
                OnForgotten(forgotten);
                break;
            case Membership membership:
                OnMembers(membership);
                break;
            case Tick:
                OnTick();
                break;
            case Job.Passivate:
                Context.Stop(Sender);
                break;
            case Terminated terminated:
                OnTerminated(terminated);
                break;
            case SaveSnapshotSuccess saved:
                DeleteMessages(saved.Metadata.SequenceNr);
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure or DeleteSnapshotsSuccess or DeleteSnapshotsFailure or DeleteMessagesSuccess or DeleteMessagesFailure:
                break;
            default:
                if (!OnQuestion(message)) Unhandled(message);
                break;
        }
    }

    private void Persist<TEvent>(TEvent @event, Action then) where TEvent : class
    {
        var record = new MasterRecord { Version = JobRegistry.Version, At = Now.UtcTicks };
        switch (@event)
        {
            case EpochClaimed claimed: record.EpochClaimed = claimed; break;
            case JobAccepted accepted: record.JobAccepted = accepted; break;
            case JobEnded ended: record.JobEnded = ended; break;
            case JobForgotten forgotten: record.JobForgotten = forgotten; break;
        }
        base.Persist(record, written =>
        {
            registry.Apply(written);
            then();
            if (LastSequenceNr % SnapshotRecords == 0) SaveSnapshot(registry.Snapshot());
        });
    }

    private void Reign()
    {
        log.Info("Reign {Epoch} begins with {Jobs} jobs that have not ended.", registry.Epoch.Value, registry.Oldest.Count(job => !job.IsOver));
        foreach (var job in registry.Oldest.Where(job => !job.IsOver).ToList()) Start(job);
        if (listener is not null) Context.ActorOf(listener(Self), "members");
        Timers.StartPeriodicTimer(TickTimer, Tick.Instance, settings.TickInterval);
    }

    private IActorRef Start(JobRecord record)
    {
        var id = JobId.Parse(record.Spec.Id);
        var rules = new JobRules
        {
            MaxFailures = record.Spec.Attempts,
            Priority = Math.Max(1, record.Spec.Priority),
            MaxSkippedRecords = record.Spec.Order.Settings.SkipBadRecords,
            LeaseDuration = settings.LeaseDuration,
        };
        var epoch = record.IsOver ? (Epoch?)null : registry.Epoch;
        var job = Context.ActorOf(Props.Create(() => new Job(record.Spec, rules, epoch, members, settings, history)), $"{record.Spec.Id}-{starts++}");
        Context.Watch(job);
        return jobs[id] = job;
    }

    private int starts;

    private void OnWorkRequest(WorkRequest request)
    {
        if (!members.Nodes.ContainsKey(Ids.Worker(request.Slot))) return;
        var slot = slots.Heard(request.Slot, Now);
        var offer = new MasterMessages.Offer(Sender, request.Slot, request.Number);
        var isNew = request.Number != slot.Request;
        if (slot.IsOffered && !isNew) return;
        if (slot.Attempt is { } granted && jobs.TryGetValue(granted.Job, out var job))
        {
            // The same request again: the grant is on its way, or was lost. Another: the slot has given up what it was granted.
            job.Tell(isNew ? new MasterMessages.Abandoned(granted.Attempt) : new MasterMessages.Again(offer, granted.Attempt));
            if (!isNew) return;
        }
        slot.Attempt = null;
        slot.IsOffered = false;
        slot.Request = request.Number;
        waiting[request.Slot.Number] = offer;
        Dispatch();
    }

    /// <summary>A report asks for work, too: after the job has heard of it, so that what it makes possible can be granted at once.</summary>
    private void OnReport(Report report)
    {
        if (slots.Heard(report.Slot, Now) is { } slot && slot.Attempt is { } running && running.Attempt == Ids.Read(report.Attempt)) slot.Attempt = null;
        ToJob(report.Job, report, () => new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = registry.Epoch.Value });
        if (report.NextRequest > 0) OnWorkRequest(new WorkRequest { Slot = report.Slot, Number = report.NextRequest });
    }

    /// <summary>Gives waiting slots to the jobs whose turn it is: first those that have loaded the job's code, then those that have rested longest.</summary>
    private void Dispatch()
    {
        if (waiting.Count == 0 || FairShare.Choose(demands.Values) is null) return;
        var now = Now;
        var free = waiting.Values.Where(offer => MayWork(Ids.Worker(offer.Slot), now)).Select(offer => (Offer: offer, Slot: slots.Find(offer.Slot))).OrderBy(free => free.Slot?.Turn ?? 0).ToList();
        while (free.Count > 0 && FairShare.Choose(demands.Values) is { } next)
        {
            var index = Math.Max(0, free.FindIndex(free => free.Slot?.Job == next));
            var (offer, slot) = free[index];
            free.RemoveAt(index);
            var demand = demands[next];
            demands[next] = demand.Runnable > 0
                ? demand with { Runnable = demand.Runnable - 1, Running = demand.Running + 1 }
                : demand with { Stragglers = demand.Stragglers - 1, Running = demand.Running + 1 };
            waiting.Remove(offer.Slot.Number);
            if (slot is not null) (slot.IsOffered, slot.Job, slot.Turn) = (true, next, ++turn);
            jobs[next].Tell(offer);
        }
    }

    private bool MayWork(WorkerId worker, DateTimeOffset now)
        => !draining.Contains(worker) && !health.IsQuarantined(worker.Node, now) && members.Nodes.TryGetValue(worker, out var node) && node.IsWorker;

    private void OnDeclined(MasterMessages.Declined declined)
    {
        // A later request of the slot may be waiting already.
        if (slots.Find(declined.Offer.Slot) is { } slot && slot.Request == declined.Offer.Request)
        {
            slot.IsOffered = false;
            waiting[declined.Offer.Slot.Number] = declined.Offer;
        }
        Dispatch();
    }

    private void OnOutcome(MasterMessages.Outcome outcome)
    {
        if (outcome.Failure is not { } reason)
        {
            health.Succeeded(outcome.Worker.Node);
            return;
        }
        var now = Now;
        var healthy = members.Nodes.Values.Count(node => node.IsWorker && node.Worker.Node != outcome.Worker.Node && !health.IsQuarantined(node.Worker.Node, now));
        if (health.Failed(outcome.Worker.Node, reason, healthy, now) is { } term)
            log.Warning("Node {Node} gets no work for {Seconds} s: attempts on it fail, the last for reason {Reason}.", outcome.Worker.Node, term.TotalSeconds, reason);
    }

    private void OnMembers(Membership membership)
    {
        members = membership;
        slots.Keep(members.Nodes.ContainsKey);
        draining.RemoveWhere(node => !members.Nodes.ContainsKey(node));
        if (!announced)
        {
            announced = true;
            foreach (var node in members.Nodes.Values.Where(node => node.Description.Slots > 0)) Agent(node).Tell(new EpochAnnounced { Epoch = registry.Epoch.Value });
        }
        foreach (var gone in waiting.Where(offer => !members.Nodes.ContainsKey(Ids.Worker(offer.Value.Slot))).Select(offer => offer.Key).ToList()) waiting.Remove(gone);
        foreach (var job in jobs.Values) job.Tell(membership);
        WakeSlots();
        Dispatch();
    }

    private void OnTick()
    {
        WakeSlots();
        Dispatch();
        TrimHistory();
    }

    private void WakeSlots()
    {
        var total = members.Nodes.Values.Where(node => node.IsWorker).Sum(node => node.Description.Slots);
        foreach (var number in slots.Missing(total, Now)) workers.Tell(new Wake { Slot = number });
    }

    private void OnInventory(Inventory inventory)
    {
        var reply = new InventoryReply { Epoch = registry.Epoch.Value };
        reply.Ended.Add(inventory.Jobs.Where(job => registry.Find(job) is null or { IsOver: true }));
        Sender.Tell(reply);
    }

    private void OnOver(MasterMessages.Over over)
    {
        demands.Remove(over.Job);
        if (registry.Find(over.Job.ToString()) is not { IsOver: false }) return;
        Persist(new JobEnded { Job = over.Job.ToString(), Phase = over.Phase, Tasks = over.Tasks }, () =>
        {
            foreach (var node in members.Nodes.Values.Where(node => node.Description.Slots > 0))
                Agent(node).Tell(new InventoryReply { Epoch = registry.Epoch.Value, Ended = { over.Job.ToString() } });
        });
    }

    private ActorSelection Agent(NodeMember node) => Context.ActorSelection(new RootActorPath(node.Address) / "user" / "node-agent");

    private void TrimHistory()
    {
        var oldest = (Now - settings.HistoryAge).UtcTicks;
        var surplus = registry.Count - settings.HistoryJobs;
        foreach (var job in registry.Oldest.Where(job => job.IsOver).TakeWhile((job, index) => index < surplus || job.EndedAt < oldest).Take(10).ToList()) Forget(job);
    }

    private void Forget(JobRecord record)
    {
        if (!forgetting.Add(record.Spec.Id)) return;
        (jobs.GetValueOrDefault(JobId.Parse(record.Spec.Id)) ?? Start(record)).Tell(new MasterMessages.Forget());
    }

    private void OnForgotten(MasterMessages.Forgotten forgotten)
    {
        var sender = Sender;
        Persist(new JobForgotten { Job = forgotten.Job.ToString() }, () =>
        {
            forgetting.Remove(forgotten.Job.ToString());
            Context.Stop(sender);
        });
    }

    private void OnTerminated(Terminated terminated)
    {
        var id = jobs.Where(job => job.Value.Equals(terminated.ActorRef)).Select(job => (JobId?)job.Key).FirstOrDefault();
        if (id is not { } ended) return;
        jobs.Remove(ended);
        slots.Withdraw();
        demands.Remove(ended);
        if (registry.Find(ended.ToString()) is { IsOver: false })
            onEnd($"The journal of job {ended} cannot be read or written any more, so this master must not go on.", true);
    }

    private void ToJob(string job, object message, Func<object> otherwise)
    {
        if (jobs.TryGetValue(JobId.Parse(job), out var actor)) actor.Forward(message);
        else Sender.Tell(otherwise());
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }
}
