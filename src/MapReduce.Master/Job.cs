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

/// <summary>One job, as a persistent actor; <see cref="JobProtocol{TSlot}"/> says what it does.</summary>
internal sealed partial class Job : UntypedPersistentActor, IWithTimers, IJobSurroundings<IActorRef>, IFeedSurroundings<IActorRef>
{
    private const string TickTimer = "tick";
    private const string RetryTimer = "retry";

    private readonly JobSpec spec;
    private readonly JobId id;
    private readonly JobRules rules;
    private readonly MasterSettings settings;
    private readonly Epoch? epoch;
    private readonly TaskScheduler scheduler;
    private readonly IJobHistory history;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly JobFeed<IActorRef> feed;
    private Membership members;
    private JobState state;
    private JobProtocol<IActorRef> protocol;
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
        this.epoch = epoch;
        id = JobId.Parse(spec.Id);
        scheduler = new TaskScheduler(settings.Scheduling);
        feed = new JobFeed<IActorRef>(settings.RecentEvents, settings.EventsPatience, this);
        Hold(new JobState(id, rules));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public override string PersistenceId => PersistenceIdOf(spec.Id);

    private DateTimeOffset Now => settings.Clock?.Now ?? Context.System.Scheduler.Now;

    /// <summary>The name of a job's journal.</summary>
    public static string PersistenceIdOf(string job) => $"job-{job}";

    /// <inheritdoc/>
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: JobSnapshot snapshot }:
                Hold(JobStateCodec.Read(id, rules, snapshot));
                snapshotAt = snapshot.Revision;
                journalBytes = snapshot.JournalBytes;
                feed.Begin(snapshot.Revision);
                break;
            case EventRecord record:
                state.Apply(JobEventCodec.FromRecord(record));
                feed.Add(record);
                CountBytes(record);
                break;
            case RecoveryCompleted:
                Begin();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        log.Error(reason, "The journal of job {Job} cannot be read.", spec.Id);
        if (UnreadableJournal.Fault("The journal", reason) is { } fault) Context.Parent.Tell(new MasterMessages.Unreadable(id, fault));
        base.OnRecoveryFailure(reason, message);
    }

    /// <inheritdoc/>
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Offer<IActorRef> offer:
                protocol.OnOffer(offer, Now);
                break;
            case Report report:
                protocol.OnReport(Sender, report, Now);
                break;
            case Renewal renewal:
                protocol.OnRenewal(Sender, renewal, Now);
                break;
            case OutputsQuery query:
                Sender.Tell(MapOutputs.Answer(state, worker => Answers.HolderOf(members, worker), query));
                break;
            case DatasetsQuery query:
                Sender.Tell(Answers.Datasets(state, query));
                break;
            case OutputsFound found:
                protocol.OnFound(found, Now);
                break;
            case Membership membership:
                members = membership;
                protocol.OnMembers(members.MayInclude, Now);
                break;
            case MasterMessages.Abandoned abandoned:
                protocol.OnAbandoned(abandoned.Attempt, Now);
                break;
            case MasterMessages.Again again:
                protocol.OnAgain(again.Offer, again.Attempt);
                break;
            case MasterMessages.StillNeeds needs:
                Sender.Tell(new MasterMessages.Needs(state.NeedsOutputsOf(needs.Worker)));
                break;
            case Tick:
                protocol.OnTick(Now);
                feed.OnTick(Now);
                TellProgress();
                RecoverStores();
                break;
            case Recovered recovered:
                OnRecovered(recovered.Error);
                break;
            case Checked done:
                OnChecked(done);
                break;
            case CarriedOut carried:
                OnCarriedOut(carried.Error);
                break;
            case RetryTick:
                protocol.CarryOut();
                break;
            case MasterMessages.Forget:
                OnForget();
                break;
            case SaveSnapshotSuccess saved:
                OnSnapshotSaved(saved.Metadata);
                break;
            case SaveSnapshotFailure failed:
                OnSnapshotFailed(failed.Cause);
                break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure or DeleteSnapshotSuccess:
                break;
            case ReceiveTimeout:
                if (ready && state.Phase.IsEnd && protocol.IsOver) Context.Parent.Tell(new Passivate());
                break;
            default:
                if (!OnQuery(message)) Unhandled(message);
                break;
        }
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(state), nameof(protocol))]
    private void Hold(JobState known)
    {
        state = known;
        protocol = new JobProtocol<IActorRef>(state, scheduler, spec.Order, this);
    }

    /// <summary>A reign begins, or somebody asks about a job of the past.</summary>
    private void Begin()
    {
        ready = true;
        if (epoch is not { } reign)
        {
            protocol.Rest();
            feed.End();
            Context.SetReceiveTimeout(settings.IdleJob);
            return;
        }
        // The master before may have ended between the decision and the word of it.
        if (state.Phase is JobPhase.Committing) TellPhase();
        BeginSpan();
        protocol.Reign(reign, members.MayInclude, Now);
        Timers.StartPeriodicTimer(TickTimer, Tick.Instance, settings.TickInterval);
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }

    private sealed record RetryTick
    {
        public static RetryTick Instance { get; } = new();
    }

    /// <summary>The actor has nothing more to do.</summary>
    internal sealed record Passivate;
}
