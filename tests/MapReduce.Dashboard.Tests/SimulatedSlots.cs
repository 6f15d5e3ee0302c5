using Akka.Actor;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using Attempt = MapReduce.Protocol.Work.Attempt;
using Failure = MapReduce.Protocol.Work.Failure;

namespace MapReduce.Dashboard.Tests;

/// <summary>The slots of a node, which do no work: an attempt ends as soon as the test lets it.</summary>
/// <remarks>Each map task whose number can be divided by <see cref="FailsEach"/> fails at its first attempt.</remarks>
internal sealed class SimulatedSlots : UntypedActor, IWithTimers
{
    public const int FailsEach = 997;

    private readonly IActorRef master;
    private readonly WorkerId node;
    private readonly int count;
    private readonly LargeJob job;
    private readonly Queue<IActorRef> waiting = [];
    private int free;

    /// <param name="master">The job master.</param>
    /// <param name="node">The node whose slots they are.</param>
    /// <param name="count">How many.</param>
    /// <param name="job">The job that they run.</param>
    public SimulatedSlots(IActorRef master, WorkerId node, int count, LargeJob job)
    {
        this.master = master;
        this.node = node;
        this.count = count;
        this.job = job;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        for (var number = 0; number < count; number++)
        {
            var slot = new Protocol.Work.Slot { Node = node.Node, Incarnation = node.Incarnation, Number = number };
            var gate = Self;
            Context.ActorOf(Props.Create(() => new Slot(master, gate, slot, job)));
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Arrived:
                waiting.Enqueue(Sender);
                break;
            case Let(var more):
                free += more;
                break;
            case Pace(var attempts, var interval):
                Timers.StartPeriodicTimer("pace", new Let(attempts), interval);
                return;
            default:
                Unhandled(message);
                return;
        }
        for (; free > 0 && waiting.TryDequeue(out var slot); free--) slot.Tell(Go.Now);
    }

    /// <summary>Lets so many attempts more end, when they are there.</summary>
    public sealed record Let(int Attempts);

    /// <summary>Lets so many attempts more end, again and again.</summary>
    public sealed record Pace(int Attempts, TimeSpan Interval);

    private sealed record Arrived
    {
        public static Arrived Here { get; } = new();
    }

    private sealed record Go
    {
        public static Go Now { get; } = new();
    }

    private sealed class Slot(IActorRef master, IActorRef gate, Protocol.Work.Slot slot, LargeJob job) : UntypedActor
    {
        private long request = 1;
        private Grant? grant;

        protected override void PreStart() => master.Tell(new WorkRequest { Slot = slot, Number = request });

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Grant granted when granted.Request == request:
                    grant = granted;
                    request++;
                    gate.Tell(Arrived.Here);
                    break;
                case Go when grant is { } ended:
                    grant = null;
                    master.Tell(ReportOf(ended));
                    break;
            }
        }

        private Report ReportOf(Grant ended)
        {
            var report = new Report { Slot = slot, Job = ended.Job, Attempt = ended.Attempt, Epoch = ended.Epoch, NextRequest = request };
            if (ended.Attempt.Kind == (int)TaskKind.Plan) report.Planned = job.Plan();
            else if (ended.Attempt is { Kind: (int)TaskKind.Map, Number: 0, Index: > 0 } first && first.Index % FailsEach == 0) report.Failed = new Failure { Kind = FailureKind.UserCode, Message = $"Split {first.Index} is not to its taste." };
            else report.Made = Made(ended.Attempt);
            return report;
        }

        private static Products Made(Attempt attempt)
        {
            var totals = new Totals { RecordsRead = 600_000, BytesRead = 64 << 20, ReadsInput = attempt.Kind == (int)TaskKind.Map, Counters = { 600_000 } };
            if (attempt.Kind == (int)TaskKind.Map) totals.ShuffleBytes = 1 << 20;
            return new Products { Totals = totals };
        }
    }
}
