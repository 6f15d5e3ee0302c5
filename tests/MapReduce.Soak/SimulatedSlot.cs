using Akka.Actor;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using Attempt = MapReduce.Protocol.Work.Attempt;

namespace MapReduce.Soak;

/// <summary>A slot that does no work: it answers each grant at once with a report as large as a real one.</summary>
internal sealed class SimulatedSlot : UntypedActor
{
    private readonly ActorSelection master;
    private readonly Slot slot;
    private readonly int maps;
    private readonly int reduces;
    private long request = 1;

    public SimulatedSlot(ActorSelection master, string node, int number, int maps, int reduces)
    {
        this.master = master;
        this.maps = maps;
        this.reduces = reduces;
        slot = new Slot { Node = node, Incarnation = 1, Number = number };
    }

    protected override void PreStart() => master.Tell(new WorkRequest { Slot = slot, Number = request });

    protected override void OnReceive(object message)
    {
        if (message is not Grant grant || grant.Request != request) return;
        request++;
        var report = new Report { Slot = slot, Job = grant.Job, Attempt = grant.Attempt, Epoch = grant.Epoch, NextRequest = request };
        if ((TaskKind)grant.Attempt.Kind == TaskKind.Plan)
            report.Planned = new Protocol.Work.Plan { Digest = new string('d', 64), Maps = maps, Reduces = reduces, Definition = new Opened { Name = "simulated", Stages = { new Stage() }, Counters = { "lines", "words" } } };
        else
            report.Made = Make(grant.Attempt);
        master.Tell(report);
    }

    private static Products Make(Attempt attempt)
    {
        var made = new Products { Totals = new Totals { RecordsRead = 654_321, BytesRead = 64 << 20, ReadsInput = attempt.Kind == (int)TaskKind.Map, SpilledBytes = 12_345_678, Counters = { 654_321, 9_876_543 } } };
        if ((TaskKind)attempt.Kind == TaskKind.Reduce) made.Totals.ShuffleBytes = 12_345_678;
        return made;
    }
}
