using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Simulation.Worlds;

/// <summary>The keeper of a node's disk, around <see cref="NodeProtocol"/>.</summary>
internal sealed class AgentShell : INodeSurroundings
{
    private const long Interval = 5_000_000;

    private readonly World world;
    private readonly Life life;
    private readonly NodeProtocol protocol;

    public AgentShell(World world, Life life)
    {
        this.world = world;
        this.life = life;
        protocol = new NodeProtocol(life.Epochs, this);
        Tick();
    }

    public Holder Self => new() { Node = life.Node.Name, Incarnation = life.Id.Incarnation };

    public void Receive(IMessage message)
    {
        life.Heard(message);
        switch (message)
        {
            case EpochAnnounced announced:
                protocol.OnEpoch(announced);
                break;
            case InventoryReply reply:
                protocol.OnReply(reply);
                break;
        }
    }

    public IReadOnlyList<string> Jobs() => [.. life.Node.Disk.Keys];

    public IReadOnlyList<AttemptId> Held(string job) => life.Node.Disk.TryGetValue(job, out var outputs) ? [.. outputs.Keys] : [];

    public void Forget(string job) => life.Node.Disk.Remove(job);

    // Logs, packages and plans are not simulated: no promise of a job rests on when they go.
    public bool HasSurplus => false;

    public IReadOnlyList<string> Logged() => [];

    public void ForgetLogs(string job)
    {
    }

    public void TrimBlobs(DateTime neededSince)
    {
    }

    public void Send(IMessage message) => world.ToMaster(life, message, Receive);

    public void TellSlots(EpochAnnounced epoch)
    {
        foreach (var slot in life.Slots) world.Agenda.In(world.Random.Between(1, 30), life, () => slot.Receive(epoch));
    }

    private void Tick()
    {
        protocol.TakeInventory();
        world.Agenda.In(Interval, life, Tick);
    }
}
