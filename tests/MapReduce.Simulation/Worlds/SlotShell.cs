using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol.Work;

namespace MapReduce.Simulation.Worlds;

/// <summary>A slot, around <see cref="SlotProtocol"/>: its timers, and the attempt that it runs.</summary>
internal sealed class SlotShell : ISlotSurroundings
{
    private const long Second = 1_000_000;

    private readonly World world;
    private readonly int[] timers = new int[3];
    private readonly SlotProtocol protocol;
    private AttemptRun? run;

    public SlotShell(World world, Life life, int number)
    {
        this.world = world;
        Life = life;
        Number = number;
        protocol = new SlotProtocol(new Slot { Node = life.Id.Node, Incarnation = life.Id.Incarnation, Number = number }, life.Epochs, TimeSpan.FromSeconds(8), this);
        protocol.RequestWork();
    }

    public Life Life { get; }

    public int Number { get; }

    public Grant? Current => protocol.Current;

    public bool IsFetching => run is { IsFetching: true };

    public bool IsIdle => run is null && protocol.Current is null;

    bool ISlotSurroundings.IsDraining => false;

    long ISlotSurroundings.Bytes => 1;

    public void Receive(IMessage received)
    {
        if (world.Surroundings.ToSlot(received, Life) is not { } message) return;
        var before = protocol.Current;
        switch (message)
        {
            case Grant grant:
                protocol.OnGrant(grant, world.Agenda.Time);
                break;
            case Renewed renewed:
                protocol.OnRenewed(renewed, world.Agenda.Time);
                break;
            case Revoke revoke:
                protocol.OnRevoke(revoke);
                break;
            case Reported reported:
                protocol.OnReported(reported, world.Agenda.Time);
                break;
            case EpochAnnounced announced:
                protocol.OnEpoch(announced.Epoch, world.Agenda.Time);
                break;
        }
        if (HasBegun(before) && received is Grant obeyed && obeyed.Epoch < Life.HighestHeard)
            world.Violate("old-epoch", $"slot {Number} of {Life} obeys epoch {obeyed.Epoch}, and the node has heard of {Life.HighestHeard}");
        Life.Heard(received);
    }

    void ISlotSurroundings.Send(IMessage message) => world.ToMaster(Life, message, Receive);

    void ISlotSurroundings.Run(Grant grant)
    {
        Free(grant);
        run = new AttemptRun(world, this, grant, OnEnded);
        run.Begin();
    }

    void ISlotSurroundings.Stop() => run?.Stop();

    void ISlotSurroundings.StopAlone(Grant grant)
    {
        world.Note($"slot {Number} of {Life} has heard of no master for long and stops");
        run?.Stop();
    }

    void ISlotSurroundings.EndExecutor()
    {
    }

    void ISlotSurroundings.Start(SlotTimer timer) => Ring(timer, ++timers[(int)timer]);

    void ISlotSurroundings.Cancel(SlotTimer timer) => timers[(int)timer]++;

    private void Free(Grant grant)
    {
        if (!Life.Node.Disk.TryGetValue(grant.Job, out var outputs)) return;
        foreach (var map in outputs.Keys.Where(map => grant.Freed.Contains(map.Task.Stage)).ToList())
        {
            world.Ledger(grant.Job).Freed(map);
            outputs.Remove(map);
        }
    }

    private bool HasBegun(Grant? before) => protocol.Current is not null && !ReferenceEquals(before, protocol.Current);

    private void OnEnded(Report? report)
    {
        run = null;
        protocol.OnEnded(report);
    }

    private void Ring(SlotTimer timer, int number) => world.Agenda.In(Second, Life, () =>
    {
        if (timers[(int)timer] != number) return;
        if (timer != SlotTimer.Ask) Ring(timer, number);
        protocol.OnTimer(timer, world.Agenda.Time);
    });
}
