using Akka.Actor;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker;

/// <summary>Keeps the node's disks in order: it tells the master which jobs it has files of, forgets those that are over, and offers outputs of an earlier life.</summary>
public sealed class NodeAgent : UntypedActor, IWithTimers
{
    private const string Timer = "inventory";

    private readonly WorkerNode node;
    private readonly IActorRef master;
    private readonly HashSet<string> announced = [];
    private readonly List<string> inherited;

    /// <param name="node">The node.</param>
    /// <param name="master">The way to the job master.</param>
    public NodeAgent(WorkerNode node, IActorRef master)
    {
        this.node = node;
        this.master = master;
        inherited = [.. node.Segments.Jobs()];
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        node.Warm();
        TakeInventory();
        Timers.StartPeriodicTimer(Timer, Tick.Instance, node.Settings.InventoryInterval);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Tick:
                TakeInventory();
                break;
            case EpochAnnounced epoch:
                // A new master may not know what the node has offered to the one before.
                if (node.Epochs.Highest < epoch.Epoch) announced.Clear();
                if (node.Epochs.Admit(epoch.Epoch)) TakeInventory();
                break;
            case DrainRequest:
                node.Draining = true;
                break;
            case InventoryReply reply:
                OnReply(reply);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void TakeInventory()
    {
        if (node.Segments.Jobs() is { Count: > 0 } jobs) master.Tell(new Inventory { Node = node.Self, Jobs = { jobs } });
        node.Blobs.Trim(node.Settings.BlobBytes, DateTime.UtcNow - node.Settings.LogAge);
        TrimLogs();
    }

    private void OnReply(InventoryReply reply)
    {
        if (!node.Epochs.Admit(reply.Epoch)) return;
        foreach (var job in reply.Ended)
        {
            node.Segments.Forget(job);
            inherited.Remove(job);
        }
        foreach (var job in inherited.Where(announced.Add))
            foreach (var attempts in node.Segments.Held(job).Chunk(1000))
                master.Tell(new OutputsFound { Node = node.Self, Job = job, Attempts = { attempts.Select(Messages.Write) } });
    }

    private void TrimLogs()
    {
        if (!Directory.Exists(node.Folders.Logs)) return;
        foreach (var folder in new DirectoryInfo(node.Folders.Logs).GetDirectories())
        {
            if (DateTime.UtcNow - folder.LastWriteTimeUtc < node.Settings.LogAge) continue;
            try
            {
                folder.Delete(recursive: true);
            }
            catch (IOException)
            {
                // Being read at this moment; the next round comes by again.
            }
        }
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }
}
