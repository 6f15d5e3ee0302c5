using Akka.Actor;
using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker;

/// <summary>Keeps the node's disks in order, as an actor; <see cref="NodeProtocol"/> says what it does.</summary>
public sealed class NodeAgent : UntypedActor, IWithTimers, INodeSurroundings
{
    private const string Timer = "inventory";
    private const string LogTimer = "logs";

    private readonly WorkerNode node;
    private readonly IActorRef master;
    private readonly NodeProtocol protocol;

    /// <param name="node">The node.</param>
    /// <param name="master">The way to the job master.</param>
    public NodeAgent(WorkerNode node, IActorRef master)
    {
        this.node = node;
        this.master = master;
        protocol = new NodeProtocol(node.Epochs, this);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        node.RemoveLeftovers();
        // A node that only may be master has packages, too, but nothing to run.
        if (node.Settings.Slots > 0) node.Warm();
        TrimLogs();
        protocol.TakeInventory();
        Timers.StartPeriodicTimer(Timer, Tick.Instance, node.Settings.InventoryInterval);
        Timers.StartPeriodicTimer(LogTimer, LogTick.Instance, node.Settings.LogInterval);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Tick:
                protocol.TakeInventory();
                break;
            case LogTick:
                TrimLogs();
                break;
            case EpochAnnounced epoch:
                protocol.OnEpoch(epoch);
                break;
            case DrainRequest:
                node.Draining = true;
                break;
            case InventoryReply reply:
                protocol.OnReply(reply);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    Holder INodeSurroundings.Self => node.Self;

    IReadOnlyList<string> INodeSurroundings.Jobs() => node.Segments.Jobs();

    IReadOnlyList<AttemptId> INodeSurroundings.Held(string job) => node.Segments.Held(job);

    void INodeSurroundings.Forget(string job) => node.Segments.Forget(job);

    IReadOnlyList<string> INodeSurroundings.Logged() => node.Logs.Jobs();

    void INodeSurroundings.ForgetLogs(string job) => node.Logs.Forget(job);

    bool INodeSurroundings.HasSurplus => node.BlobRetention.HasSurplus(DateTime.UtcNow);

    void INodeSurroundings.TrimBlobs(DateTime neededSince) => node.BlobRetention.Trim(DateTime.UtcNow, neededSince);

    void INodeSurroundings.Send(IMessage message) => master.Tell(message);

    void INodeSurroundings.TellSlots(EpochAnnounced epoch) => Context.System.EventStream.Publish(epoch);

    private void TrimLogs()
        => node.Logs.Trim(node.Settings.LogStoreBytes, DateTime.UtcNow - node.Settings.LogAge, node.Segments.Jobs().Concat(node.Activities.Select(activity => activity.Job)).ToHashSet());

    private sealed record LogTick
    {
        public static LogTick Instance { get; } = new();
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }
}
