using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using MapReduce.Coordination;
using MapReduce.Protocol.Work;

namespace MapReduce.Node.Membership;

/// <summary>Brings the node into a cluster, as <see cref="Founding"/> says, and answers others that look for one. Remembers the members for the node's next life.</summary>
public sealed class Founder : UntypedActor, IWithTimers
{
    /// <summary>The name of the actor, under which others ask it.</summary>
    public const string Name = "founder";

    private const string RoundTimer = "round";
    private const int TermRounds = 10;
    private const int RoundsOfWarning = 20;
    private const int RoundsOfJoining = 4;

    private readonly Cluster cluster = Cluster.Get(Context.System);
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly SteadyClock clock = new(TimeProvider.System);
    private readonly Founding founding;
    private readonly TimeSpan interval;
    private readonly MemberMemory memory;
    private int rounds;
    private int joinsUntil;

    /// <param name="electors">Who may vote on a new cluster, as addresses, in the same order everywhere.</param>
    /// <param name="interval">How often they are asked.</param>
    /// <param name="memory">Keeps the members that are known.</param>
    public Founder(IReadOnlyList<string> electors, TimeSpan interval, MemberMemory memory)
    {
        this.interval = interval;
        this.memory = memory;
        founding = new Founding(cluster.SelfAddress.ToString(), electors, interval * TermRounds);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => clock.Now;

    private bool IsMember => cluster.SelfMember.Status == MemberStatus.Up;

    private bool IsAlone => cluster.SelfMember.Status == MemberStatus.Removed;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.ClusterShuttingDown));
        Timers.StartPeriodicTimer(RoundTimer, Round.Instance, TimeSpan.Zero, interval);
    }

    /// <inheritdoc/>
    protected override void PostStop() => cluster.Unsubscribe(Self);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Round when IsMember:
                Timers.Cancel(RoundTimer);
                break;
            case Round when IsAlone:
                OnRound();
                break;
            case Round:
                break;
            case FoundingQuestion question:
                var state = IsMember ? FoundingState.Member : founding.OnQuestion(AddressOf(Sender), question.Stands && IsAlone, question.Supporters, Now);
                Sender.Tell(new FoundingAnswer { Round = question.Round, State = (int)state });
                break;
            case FoundingAnswer answer when IsAlone:
                Do(founding.OnAnswer(AddressOf(Sender), answer.Round, (FoundingState)answer.State, Now));
                break;
            case FoundingAnswer:
                break;
            case ClusterEvent.IClusterDomainEvent changed:
                memory.On(changed, cluster.SelfUniqueAddress);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnRound()
    {
        var step = founding.Begin(Now);
        if (++rounds % RoundsOfWarning == 0)
            log.Warning("This node is in no cluster. A new one needs more than half of {Electors}; of the others {Heard} answer. Start the missing nodes, or name those that are left in mapreduce.cluster.seeds.",
                string.Join(", ", founding.Others.Append(cluster.SelfAddress.ToString())), founding.Heard.Count == 0 ? "none" : string.Join(", ", founding.Heard));
        Do(step);
        if (step is FoundingStep.Wait) Ask(stands: false);
    }

    private void Do(FoundingStep step)
    {
        switch (step)
        {
            case FoundingStep.Found when IsAlone:
                log.Info("This node founds a cluster.");
                cluster.Join(cluster.SelfAddress);
                break;
            case FoundingStep.Join join when rounds >= joinsUntil:
                // Joining takes a while, and beginning anew at each answer would never end it.
                joinsUntil = rounds + RoundsOfJoining;
                cluster.Join(Address.Parse(join.Member));
                break;
            case FoundingStep.Stand:
                Ask(stands: true);
                break;
        }
    }

    private void Ask(bool stands)
    {
        foreach (var elector in founding.Others)
            Context.ActorSelection(new RootActorPath(Address.Parse(elector)) / "user" / Name).Tell(new FoundingQuestion { Round = founding.Round, Stands = stands, Supporters = { stands ? founding.Supporters : [] } });
    }

    private static string AddressOf(IActorRef node) => node.Path.Address.ToString();

    private sealed record Round
    {
        public static Round Instance { get; } = new();
    }
}
