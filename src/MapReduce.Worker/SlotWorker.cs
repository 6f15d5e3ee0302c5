using Akka.Actor;
using Akka.Event;
using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Telemetry;

namespace MapReduce.Worker;

/// <summary>One slot of a node, as a sharded actor; <see cref="SlotProtocol"/> says what it does.</summary>
public sealed class SlotWorker : UntypedActor, IWithTimers, ISlotSurroundings
{
    private readonly WorkerNode node;
    private readonly IActorRef master;
    private readonly int number;
    private readonly IAttemptRunner runner;
    private readonly SlotProtocol protocol;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private CancellationTokenSource? stop;

    /// <param name="node">What the slots of the node share.</param>
    /// <param name="number">The number of the slot in the cluster.</param>
    /// <param name="master">The way to the job master, wherever it is.</param>
    public SlotWorker(WorkerNode node, int number, IActorRef master) : this(node, number, master, ask => new ObservedRunner(new SlotRunner(node, ask), node))
    {
    }

    internal SlotWorker(WorkerNode node, int number, IActorRef master, Func<Func<IMessage, CancellationToken, Task<object>>, IAttemptRunner> makeRunner)
    {
        this.node = node;
        this.master = master;
        this.number = number;
        runner = makeRunner(AskAsync);
        protocol = new SlotProtocol(new Slot { Node = node.Settings.Node, Incarnation = node.Incarnation, Number = number }, node.Epochs, node.Settings.Solitude, this);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    bool ISlotSurroundings.IsDraining => node.Draining;

    long ISlotSurroundings.Bytes => runner.Bytes;

    private DateTimeOffset Now => node.Settings.Clock?.Now ?? Context.System.Scheduler.Now;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(EpochAnnounced));
        protocol.RequestWork();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
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
                protocol.OnGrant(granted, Now);
                break;
            case Renewed renewed:
                protocol.OnRenewed(renewed, Now);
                break;
            case Revoke revoke:
                protocol.OnRevoke(revoke);
                break;
            case Reported reported:
                protocol.OnReported(reported, Now);
                break;
            case EpochAnnounced announced:
                protocol.OnEpoch(announced.Epoch, Now);
                break;
            case SlotTimer timer:
                protocol.OnTimer(timer, Now);
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

    void ISlotSurroundings.Send(IMessage message) => master.Tell(message);

    void ISlotSurroundings.Run(Grant grant)
    {
        stop = new CancellationTokenSource();
        var token = stop.Token;
        Task.Run(() => runner.RunAsync(grant, token), CancellationToken.None).PipeTo(Self, success: made => new Ended(grant, made, null), failure: exception => new Ended(grant, null, exception));
    }

    void ISlotSurroundings.Stop() => stop?.Cancel();

    void ISlotSurroundings.StopAlone(Grant grant)
    {
        log.Warning("Slot {Slot} has heard of no master for {Seconds} s and stops {Attempt} of job {Job}.", number, node.Settings.Solitude.TotalSeconds, Wire.Read(grant.Attempt), grant.Job);
        stop?.Cancel();
    }

    void ISlotSurroundings.EndExecutor() => runner.EndExecutorAsync().PipeTo(Self, success: () => ExecutorEnded.Instance);

    void ISlotSurroundings.Start(SlotTimer timer)
    {
        switch (timer)
        {
            case SlotTimer.Ask:
                Timers.StartSingleTimer(timer, timer, node.Settings.RequestInterval);
                break;
            case SlotTimer.Renew:
                Timers.StartPeriodicTimer(timer, timer, node.Settings.RenewInterval);
                break;
            default:
                Timers.StartPeriodicTimer(timer, timer, node.Settings.RequestInterval);
                break;
        }
    }

    void ISlotSurroundings.Cancel(SlotTimer timer) => Timers.Cancel(timer);

    private void OnEnded(Ended ended)
    {
        var wasStopped = stop?.IsCancellationRequested ?? true;
        stop?.Dispose();
        stop = null;
        var report = ended.Report;
        if (ended.Error is { } fault && !wasStopped)
        {
            log.Error(fault, "Slot {Slot} failed in {Attempt} of job {Job}, which is a fault of the node.", number, Wire.Read(ended.Grant.Attempt), ended.Grant.Job);
            // Told, or a node on which everything fails at once would be granted one attempt after the other until the job has no more.
            report = new Report { Job = ended.Grant.Job, Attempt = ended.Grant.Attempt, Failed = new Protocol.Work.Failure { Kind = FailureKind.Storage, Message = $"{node.Settings.Node}: {fault.Message}" } };
        }
        if (report is { Failed: { } failed }) failed.Message = Failures.Shorten(failed.Message);
        if (report is not null && log.IsDebugEnabled)
            log.Debug("Attempt {Attempt} at task {Task} of job {Job} has ended: {Outcome}.", Wire.Read(ended.Grant.Attempt), Wire.Read(ended.Grant.Attempt).Task, ended.Grant.Job, report.ResultCase);
        protocol.OnEnded(report);
    }

    /// <summary>Asks the master until one answers that has not been replaced.</summary>
    private async Task<object> AskAsync(IMessage question, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var answer = await master.Ask<object>(question, node.Settings.RequestInterval, cancellation);
                if (Wire.EpochOf(answer) is not { } epoch || node.Epochs.Admit(epoch)) return answer;
                await Task.Delay(node.Settings.RequestInterval, cancellation);
            }
            catch (Exception exception) when (exception is AskTimeoutException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // The master is moving.
            }
        }
    }

    private sealed record Ended(Grant Grant, Report? Report, Exception? Error);

    private sealed record ExecutorEnded
    {
        public static ExecutorEnded Instance { get; } = new();
    }
}
