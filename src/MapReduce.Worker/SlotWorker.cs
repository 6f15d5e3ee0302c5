using Akka.Actor;
using Akka.Event;
using Google.Protobuf;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker;

//   Idle ──Grant──▶ Running ──result──▶ Reporting ──Reported──▶ Idle
//    ▲                 │
//    └──not held, stopped, or alone for too long──┘

/// <summary>One slot of a node. It asks the job master for work, runs what it is granted, keeps the lease alive, and reports until it is heard.</summary>
/// <remarks>
/// A sharded actor: the same slot may for a moment live twice, or nowhere, and nothing rests on that. What it does counts only by the lease. It heeds no
/// master older than the newest that the node has heard of, and stops an attempt when no master has answered for too long.
/// </remarks>
public sealed class SlotWorker : UntypedActor, IWithTimers
{
    private const string AskTimer = "ask";
    private const string RenewTimer = "renew";
    private const string ReportTimer = "report";
    private const int IdleRounds = 3;

    private readonly WorkerNode node;
    private readonly IActorRef master;
    private readonly Slot slot;
    private readonly IAttemptRunner runner;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private Grant? grant;
    private Report? report;
    private Grant? next;
    private CancellationTokenSource? stop;
    private DateTimeOffset heard;
    private long request = 1;
    private int idleRounds;

    /// <param name="node">What the slots of the node share.</param>
    /// <param name="number">The number of the slot in the cluster.</param>
    /// <param name="master">The way to the job master, wherever it is.</param>
    public SlotWorker(WorkerNode node, int number, IActorRef master) : this(node, number, master, ask => new SlotRunner(node, ask))
    {
    }

    internal SlotWorker(WorkerNode node, int number, IActorRef master, Func<Func<IMessage, CancellationToken, Task<object>>, IAttemptRunner> makeRunner)
    {
        this.node = node;
        this.master = master;
        slot = new Slot { Node = node.Settings.Node, Incarnation = node.Incarnation, Number = number };
        runner = makeRunner(AskAsync);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart() => RequestWork();

    /// <inheritdoc/>
    protected override void PostStop()
    {
        stop?.Cancel();
        // The attempt, if there is one, ends first; the executor ends with it.
        _ = runner.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Wake:
                break;
            case Grant granted:
                OnGrant(granted);
                break;
            case Renewed renewed:
                OnRenewed(renewed);
                break;
            case Revoke revoke:
                OnRevoke(revoke);
                break;
            case Reported reported:
                OnReported(reported);
                break;
            case EpochAnnounced announced:
                if (node.Epochs.Admit(announced.Epoch)) OnNewMaster();
                break;
            case AskTick:
                OnAskTick();
                break;
            case RenewTick:
                OnRenewTick();
                break;
            case ReportTick:
                if (report is not null) Send(report);
                break;
            case Ended ended:
                OnEnded(ended);
                break;
            case ExecutorEnded:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnGrant(Grant granted)
    {
        // A grant for an earlier request is left to its lease: the slot may have been given other work since.
        if (!node.Epochs.Admit(granted.Epoch) || granted.Request != request) return;
        if (grant is not null)
        {
            // The report is a request as well, and another job may answer that before the report itself is answered.
            if (report is not null) next = granted;
            return;
        }
        grant = granted;
        request++;
        stop = new CancellationTokenSource();
        heard = Context.System.Scheduler.Now;
        idleRounds = 0;
        Timers.Cancel(AskTimer);
        Timers.StartPeriodicTimer(RenewTimer, RenewTick.Instance, node.Settings.RenewInterval);
        var token = stop.Token;
        Task.Run(() => runner.RunAsync(granted, token), CancellationToken.None).PipeTo(Self, success: made => new Ended(granted, made, null), failure: exception => new Ended(granted, null, exception));
    }

    private void OnRevoke(Revoke revoke)
    {
        if (!node.Epochs.Admit(revoke.Epoch)) return;
        if (IsCurrent(revoke.Job, revoke.Attempt)) stop?.Cancel();
        if (next is not null && next.Job == revoke.Job && next.Attempt.Equals(revoke.Attempt)) next = null;
    }

    private void OnRenewTick()
    {
        if (grant is null) return;
        if (Context.System.Scheduler.Now - heard > node.Settings.Solitude)
        {
            log.Warning("Slot {Slot} has heard of no master for {Seconds} s and stops {Attempt} of job {Job}.", slot.Number, node.Settings.Solitude.TotalSeconds, Messages.Read(grant.Attempt), grant.Job);
            stop?.Cancel();
            return;
        }
        master.Tell(new Renewal { Slot = slot, Job = grant.Job, Attempt = grant.Attempt, Epoch = node.Epochs.Highest, Bytes = runner.Bytes });
    }

    private void OnRenewed(Renewed renewed)
    {
        if (!node.Epochs.Admit(renewed.Epoch)) return;
        if (!IsCurrent(renewed.Job, renewed.Attempt)) return;
        heard = Context.System.Scheduler.Now;
        if (!renewed.Held) stop?.Cancel();
    }

    /// <summary>The attempt is over, one way or another.</summary>
    private void OnEnded(Ended ended)
    {
        Timers.Cancel(RenewTimer);
        stop?.Dispose();
        stop = null;
        if (ended.Report is { } made)
        {
            made.Slot = slot;
            if (made.Failed is { } failed) failed.Message = Failures.Shorten(failed.Message);
            report = made;
            Send(made);
            Timers.StartPeriodicTimer(ReportTimer, ReportTick.Instance, node.Settings.RequestInterval);
            return;
        }
        if (ended.Error is not OperationCanceledException) log.Error(ended.Error, "Slot {Slot} failed in {Attempt} of job {Job}, which is a fault of the node.", slot.Number, Messages.Read(ended.Grant.Attempt), ended.Grant.Job);
        grant = null;
        RequestWork();
    }

    private void Send(Report made)
    {
        made.Epoch = node.Epochs.Highest;
        made.NextRequest = node.Draining ? 0 : request;
        master.Tell(made);
    }

    private void OnReported(Reported reported)
    {
        if (!node.Epochs.Admit(reported.Epoch) || report is null || !IsCurrent(reported.Job, reported.Attempt)) return;
        if (reported.Stale)
        {
            Send(report);
            return;
        }
        Timers.Cancel(ReportTimer);
        report = null;
        grant = null;
        var granted = next;
        next = null;
        Timers.StartSingleTimer(AskTimer, AskTick.Instance, node.Settings.RequestInterval);
        if (granted is not null) OnGrant(granted);
    }

    /// <summary>A new master learns at once of what is done and what is wanted.</summary>
    private void OnNewMaster()
    {
        heard = Context.System.Scheduler.Now;
        if (report is not null) Send(report);
        else if (grant is null) RequestWork();
        else OnRenewTick();
    }

    private void OnAskTick()
    {
        if (grant is not null) return;
        // Nobody has had work for a while: the job whose code the executor has loaded is most likely over.
        if (++idleRounds == IdleRounds) runner.EndExecutorAsync().PipeTo(Self, success: () => ExecutorEnded.Instance);
        RequestWork();
    }

    private void RequestWork()
    {
        Timers.StartSingleTimer(AskTimer, AskTick.Instance, node.Settings.RequestInterval);
        if (!node.Draining) master.Tell(new WorkRequest { Slot = slot, Number = request });
    }

    private bool IsCurrent(string job, Attempt attempt) => grant is not null && grant.Job == job && grant.Attempt.Equals(attempt);

    /// <summary>Asks the master until one answers.</summary>
    private async Task<object> AskAsync(IMessage question, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await master.Ask<object>(question, node.Settings.RequestInterval, cancellation);
            }
            catch (Exception exception) when (exception is AskTimeoutException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // The master is moving.
            }
        }
    }

    private sealed record Ended(Grant Grant, Report? Report, Exception? Error);

    private sealed record AskTick
    {
        public static AskTick Instance { get; } = new();
    }

    private sealed record RenewTick
    {
        public static RenewTick Instance { get; } = new();
    }

    private sealed record ReportTick
    {
        public static ReportTick Instance { get; } = new();
    }

    private sealed record ExecutorEnded
    {
        public static ExecutorEnded Instance { get; } = new();
    }
}
