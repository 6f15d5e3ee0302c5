using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Google.Protobuf;
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
public sealed partial class JobMaster : UntypedPersistentActor, IWithTimers, IMasterSurroundings<IActorRef>, IChangeSurroundings<IActorRef>
{
    private const string TickTimer = "tick";
    private const int MostSnapshotRecords = 500;

    private readonly MasterSettings settings;
    private readonly IJobHistory history;
    private readonly IActorRef workers;
    private readonly Func<IActorRef, Props>? listener;
    private readonly Action<string, bool> onEnd;
    private readonly MasterProtocol<IActorRef> protocol;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly Dictionary<JobId, IActorRef> jobs = [];
    private Membership members = Membership.Unknown;
    private readonly long startedAt = Stopwatch.GetTimestamp();
    private DateTimeOffset beganAt;
    private int recordsRead;

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
        protocol = new MasterProtocol<IActorRef>(settings.SlotAbsence, settings.Health, this, settings.Scheduling.LocalityWait);
        changes = new ChangeFeed<IActorRef>(settings.RecentEvents, settings.EventsPatience, job => Registry.Find(job)?.Spec.Name ?? "", this);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public override string PersistenceId => JournalId;

    /// <summary>The name of the master's own journal.</summary>
    internal const string JournalId = "job-master";

    private JobRegistry Registry => protocol.Registry;

    private Dispatcher<IActorRef> Dispatcher => protocol.Dispatcher;

    private DateTimeOffset Now => settings.Clock?.Now ?? Context.System.Scheduler.Now;

    /// <inheritdoc/>
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: MasterSnapshot snapshot } offer:
                protocol.Recover(snapshot);
                changes.Begin(offer.Metadata.SequenceNr);
                break;
            case MasterRecord record:
                protocol.Recover(record);
                recordsRead++;
                changes.Add(LastSequenceNr, record);
                break;
            case RecoveryCompleted:
                protocol.OnRecovered(Now);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        log.Error(reason, "The journal of the job master cannot be read.");
        var fault = UnreadableJournal.Fault("The journal of the job master", reason);
        onEnd(fault ?? $"The journal of the job master cannot be read: {reason.Message}", fault is null);
        base.OnRecoveryFailure(reason, message);
    }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        onEnd($"The journal of the job master refuses record {sequenceNr}: another master has written it, or the database is away ({cause.Message}).", true);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        onEnd($"Record {sequenceNr} of the job master cannot be written: {cause.Message}", true);
        Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case WorkRequest request:
                Dispatcher.OnRequest(Sender, request, Now);
                break;
            case Report report:
                protocol.OnReport(Sender, report, Now);
                break;
            case Renewal renewal:
                protocol.OnRenewal(Sender, renewal, Now);
                break;
            case OutputsQuery query:
                protocol.OnOutputs(Sender, query);
                break;
            case DatasetsQuery query:
                protocol.OnDatasets(Sender, query);
                break;
            case Inventory inventory:
                protocol.OnInventory(Sender, inventory);
                break;
            case OutputsFound found:
                protocol.OnFound(Sender, found);
                break;
            case MasterMessages.Declined declined:
                Dispatcher.OnDeclined(declined.Offer, Now);
                break;
            case MasterMessages.Granted granted:
                Dispatcher.OnGranted(granted.Job, granted.Offer, granted.Attempt);
                break;
            case MasterMessages.Wants wants:
                protocol.OnWants(wants.Demand, Now);
                break;
            case MasterMessages.Outcome outcome:
                OnOutcome(outcome);
                break;
            case MasterMessages.Progressed progressed:
                OnProgressed(progressed);
                break;
            case MasterMessages.PhaseChanged changed:
                protocol.OnPhase(changed.Job, changed.Phase, Now);
                break;
            case MasterMessages.Over over:
                protocol.OnOver(EndOf(over), Now);
                progress.Remove(over.Job);
                break;
            case Removed removed:
                OnRemoved(removed);
                break;
            case RemoveAgain again:
                RemoveJournal(again.Job);
                break;
            case MasterMessages.Unreadable unreadable:
                // Another life of this program would read no more of it. A job of the past that cannot be read is merely not shown.
                if (Registry.Find(unreadable.Job.ToString()) is { IsOver: false }) onEnd($"Job {unreadable.Job}: {unreadable.Reason}", false);
                break;
            case Membership membership:
                OnMembers(membership);
                break;
            case HandOver:
                onEnd("Another node is the job master now: the others have removed this one.", true);
                Context.Stop(Self);
                break;
            case Tick:
                OnTick();
                break;
            case DispatchTick:
                Dispatcher.Dispatch(Now);
                break;
            case Job.Passivate:
                Context.Stop(Sender);
                break;
            case Terminated terminated:
                OnTerminated(terminated);
                break;
            case SaveSnapshotSuccess saved:
                // What is in the snapshot is kept for those who watch, as far as they may look back.
                if (saved.Metadata.SequenceNr > settings.KeptChanges) DeleteMessages(saved.Metadata.SequenceNr - settings.KeptChanges);
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure failed:
                log.Warning(failed.Cause, "The snapshot of the job master cannot be written; the next master will take longer to begin.");
                break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure or DeleteMessagesSuccess or DeleteMessagesFailure:
                break;
            default:
                if (!OnQuestion(message)) Unhandled(message);
                break;
        }
    }

    void IMasterSurroundings<IActorRef>.Persist(MasterRecord record)
    {
        if (record.EpochClaimed is { } claimed) claimed.Node = settings.Node;
        var begun = Stopwatch.GetTimestamp();
        Persist(record, written =>
        {
            Note(written, begun);
            protocol.OnWritten(written);
            changes.Add(LastSequenceNr, written);
            if (LastSequenceNr % Math.Clamp(settings.KeptChanges, 1, MostSnapshotRecords) == 0) SaveSnapshot(Registry.Snapshot());
        });
    }

    void IMasterSurroundings<IActorRef>.Reign()
    {
        beganAt = Now;
        log.Info("Reign {Epoch} begins with {Jobs} jobs that have not ended and {Ended} that have, {Milliseconds} ms after its start, in which {Records} records were read beside the snapshot.",
            Registry.Epoch.Value, Registry.Count - Registry.History.Jobs, Registry.History.Jobs, (long)Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds, recordsRead);
        if (listener is not null) Context.ActorOf(listener(Self), "members");
        Timers.StartPeriodicTimer(TickTimer, Tick.Instance, settings.TickInterval);
    }

    void IMasterSurroundings<IActorRef>.Start(JobRecord record, Epoch? epoch)
    {
        var rules = new JobRules
        {
            MaxFailures = record.Spec.Attempts,
            Priority = Math.Max(1, record.Spec.Priority),
            MaxSkippedRecords = record.Spec.Order.Settings.SkipBadRecords,
            LeaseDuration = settings.LeaseDuration,
            NonDeterminism = (NonDeterminism)record.Spec.NonDeterminism,
        };
        var job = Context.ActorOf(Props.Create(() => new Job(record.Spec, rules, epoch, members, settings, history)), $"{record.Spec.Id}-{starts++}");
        Context.Watch(job);
        jobs[JobId.Parse(record.Spec.Id)] = job;
    }

    private int starts;

    bool IDispatcherSurroundings<IActorRef>.IsRunning(JobId job) => protocol.IsRunning(job);

    void IDispatcherSurroundings<IActorRef>.Offer(JobId job, Offer<IActorRef> offer) => jobs[job].Tell(offer);

    void IDispatcherSurroundings<IActorRef>.DispatchAfter(JobId job, TimeSpan time) => Timers.StartSingleTimer(job, DispatchTick.Instance, time);

    void IDispatcherSurroundings<IActorRef>.Again(JobId job, Offer<IActorRef> offer, AttemptId attempt) => jobs[job].Tell(new MasterMessages.Again(offer, attempt));

    void IDispatcherSurroundings<IActorRef>.Abandoned(JobId job, AttemptId attempt) => jobs[job].Tell(new MasterMessages.Abandoned(attempt));

    void IMasterSurroundings<IActorRef>.ToJob(JobId job, IMessage message, IActorRef from) => jobs[job].Tell(message, from);

    void IMasterSurroundings<IActorRef>.Tell(IActorRef peer, IMessage message) => peer.Tell(message);

    void IMasterSurroundings<IActorRef>.ToNode(WorkerId node, IMessage message)
    {
        if (members.Nodes.TryGetValue(node, out var member)) Agent(member).Tell(message);
    }

    void IMasterSurroundings<IActorRef>.Wake(int slot) => workers.Tell(new Wake { Slot = slot });

    private void OnOutcome(MasterMessages.Outcome outcome)
    {
        if (protocol.OnOutcome(outcome.Worker, outcome.Failure, Now) is { } term)
            log.Warning("Node {Node} gets no work for {Seconds} s: attempts on it fail, the last for reason {Reason}.", outcome.Worker.Node, term.TotalSeconds, outcome.Failure);
    }

    private void OnMembers(Membership membership)
    {
        members = membership;
        foreach (var job in jobs.Values) job.Tell(membership);
        protocol.OnMembers(members.Nodes.Values.ToDictionary(node => node.Worker, node => new Coordination.Member(node.Description.Slots, node.IsWorker, node.Description.Machine)), Now);
        protocol.OnNodes(members.Nodes.Values.Where(node => node.State is not ("joining" or "weaklyup")).ToDictionary(node => node.Worker, node => node.State is "leaving" or "exiting"), Now);
    }

    private void OnTick()
    {
        protocol.OnTick(Now);
        TakeSample();
        changes.OnTick(Now);
        ObserveFigures();
        TrimHistory();
    }

    private IActorRef ProcessOf(JobRecord record)
    {
        protocol.Start(record);
        return jobs[JobId.Parse(record.Spec.Id)];
    }

    private ActorSelection Agent(NodeMember node) => Context.ActorSelection(new RootActorPath(node.Address) / "user" / "node-agent");

    private void OnTerminated(Terminated terminated)
    {
        var id = jobs.Where(job => job.Value.Equals(terminated.ActorRef)).Select(job => (JobId?)job.Key).FirstOrDefault();
        if (id is not { } ended) return;
        jobs.Remove(ended);
        if (forgetting.Contains(ended)) RemoveJournal(ended);
        if (!protocol.OnGone(ended))
            onEnd($"The journal of job {ended} cannot be read or written any more, so this master must not go on.", true);
    }

    /// <summary>
    /// Another node wants to be the job master in this one's place. Of a node that leaves that is no news. One that did not want to leave slept, say, and was removed meanwhile; the question
    /// lay in its sockets until it woke. It may see nothing else of that: with the others out of reach it is a cluster of its own, in which nobody writes to the journal any more.
    /// </summary>
    public sealed record HandOver
    {
        /// <summary>The message.</summary>
        public static HandOver Instance { get; } = new();
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }

    private sealed record DispatchTick
    {
        public static DispatchTick Instance { get; } = new();
    }
}
