using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;

namespace MapReduce.Simulation.Worlds;

/// <summary>A process on a node, from start to end: what it holds in memory is gone with it.</summary>
internal sealed class Life(World world, Node node, long incarnation)
{
    private readonly Dictionary<int, SlotShell> slots = [];

    public Node Node => node;

    public WorkerId Id { get; } = new(node.Name, incarnation);

    public bool IsAlive { get; set; } = true;

    public long PausedUntil { get; set; }

    public EpochGate Epochs { get; } = new();

    /// <summary>The highest epoch that any message to this life has carried, whatever the life makes of it.</summary>
    public long HighestHeard { get; private set; }

    /// <summary>Where it takes the job master to be.</summary>
    public MasterShell? Master { get; set; }

    public AgentShell Agent { get; private set; } = null!;

    public IEnumerable<SlotShell> Slots => slots.Values;

    public void Begin() => Agent = new AgentShell(world, this);

    public void StartSlot(int number)
    {
        if (!slots.ContainsKey(number)) slots[number] = new SlotShell(world, this, number);
    }

    public void Heard(IMessage message) => HighestHeard = Math.Max(HighestHeard, Epoch(message));

    /// <summary>The epoch that a message of a master carries.</summary>
    public static long Epoch(IMessage message) => message switch
    {
        Protocol.Work.Grant grant => grant.Epoch,
        Protocol.Work.Revoke revoke => revoke.Epoch,
        Protocol.Work.Renewed renewed => renewed.Epoch,
        Protocol.Work.Reported reported => reported.Epoch,
        Protocol.Work.EpochAnnounced announced => announced.Epoch,
        Protocol.Work.InventoryReply reply => reply.Epoch,
        _ => 0,
    };

    public override string ToString() => Id.ToString();
}

/// <summary>A machine with a disk, which outlives its processes.</summary>
internal sealed class Node(int number)
{
    public int Number => number;

    public string Name { get; } = $"node-{number}";

    /// <summary>Map outputs, by job and attempt.</summary>
    public SortedDictionary<string, Dictionary<AttemptId, (int Key, long Value)[][]>> Disk { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The process; null while there is none.</summary>
    public Life? Life { get; set; }

    /// <summary>How many times as long as others it takes.</summary>
    public int Slowness { get; set; } = 1;
}

/// <summary>How somebody is answered: who it is, and what takes the answer there.</summary>
internal sealed record Peer(Life Life, Action<IMessage> Receive);
