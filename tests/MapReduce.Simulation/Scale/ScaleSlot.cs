using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Simulation.Scale;

/// <summary>A slot of a large cluster: it asks, runs, renews and reports as the protocol wants it, and nothing is lost on the way.</summary>
internal sealed class ScaleSlot(WorkerId worker, int number)
{
    public WorkerId Worker => worker;

    public Slot Slot { get; } = new() { Node = worker.Node, Incarnation = worker.Incarnation, Number = number };

    public long Request { get; set; } = 1;

    public bool IsAlive { get; set; } = true;

    public ScaleJob? Job { get; set; }

    public Grant? Grant { get; set; }
}
