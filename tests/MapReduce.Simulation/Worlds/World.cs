using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Simulation.Checks;
using MapReduce.Simulation.Plans;
using Plan = MapReduce.Simulation.Plans.Plan;

namespace MapReduce.Simulation.Worlds;

/// <summary>A whole cluster with its surroundings, on one thread: the product's code in the middle, and everything around it as the plan says. The same plan gives the same history.</summary>
internal sealed partial class World
{
    private const long Patience = 400_000_000;
    private const long LookEvery = 100_000;

    private readonly Plan plan;
    private readonly List<Client> clients = [];
    private readonly List<ChangeWatcher> watchers = [];
    private readonly HashSet<Life> removed = [];
    private readonly bool tells;
    private long incarnations;
    private long deadline = Patience;

    public World(Plan plan, Surroundings surroundings, bool tells = false)
    {
        this.plan = plan;
        this.tells = tells;
        Surroundings = surroundings;
        Random = new Randomness((ulong)plan.Seed);
        Network = new Network(Agenda, Random);
        Journal = new Journal(this);
        Cluster = new Cluster(this, plan.Slots);
        Nodes = [.. Enumerable.Range(0, plan.Nodes).Select(number => new Node(number))];
        pending = [.. plan.Faults];
        skips = [.. plan.Faults.Select(fault => fault.Skip)];
    }

    public Agenda Agenda { get; } = new();

    public Randomness Random { get; }

    public Network Network { get; }

    public Journal Journal { get; }

    public OutputStorage Storage { get; } = new();

    public Cluster Cluster { get; }

    public Surroundings Surroundings { get; }

    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>Plans of stages by their digest, as nodes keep them.</summary>
    public Dictionary<string, IReadOnlyList<string>> Plans { get; } = [];

    public Coverage Coverage { get; } = new();

    public IReadOnlyList<Client> Clients => clients;

    /// <summary>Who follows the changes of the cluster.</summary>
    public IReadOnlyList<ChangeWatcher> Watchers => watchers;

    /// <summary>What happened, in words, where that was asked for.</summary>
    public List<string> Story { get; } = [];

    /// <summary>Steps that the history took.</summary>
    public long Steps { get; private set; }

    /// <summary>Lets the history happen.</summary>
    /// <exception cref="Violation">Something that must never be broken was.</exception>
    public void Run()
    {
        foreach (var node in Nodes) Start(node);
        Cluster.Begin([.. Nodes.Select(node => node.Life!)]);
        for (var job = 0; job < plan.Jobs.Count; job++) clients.Add(new Client(this, job, plan.Jobs[job], plan.Seed));
        for (var watcher = 0; watcher < plan.Watchers; watcher++) watchers.Add(new ChangeWatcher(this, (ulong)(plan.Seed * 13 + watcher)));
        var nextLook = LookEvery;
        while (Agenda.Step())
        {
            Steps++;
            if (pending.Count > 0) Tempt();
            if (Agenda.Now < nextLook) continue;
            nextLook = Agenda.Now + LookEvery;
            if (healing == 0 && EndCheck.IsQuiet(this)) break;
            if (Agenda.Now > deadline) EndCheck.Stuck(this);
        }
        if (Coverage.Faults == 0) Violate("no-fault", "the history had no fault");
        EndCheck.Check(this);
        Coverage.Histories = 1;
    }

    /// <summary>Sends to the master that a life believes in.</summary>
    public void ToMaster(Life from, IMessage message, Action<IMessage> answer)
    {
        if (from.Master is not { } master) return;
        var peer = new Peer(from, answer);
        Network.Send(from, master.Life, () => master.Receive(message, peer));
    }

    /// <summary>Somebody outside asks a node, which passes it on.</summary>
    public void Ask(Randomness random, IMessage question, Action<IMessage> answer)
    {
        if (random.Of(Nodes).Life is { IsAlive: true } life) Agenda.In(random.Between(100, 1_000), life, () => ToMaster(life, question, answer));
    }

    public void Tell(Life from, Peer to, IMessage message) => Network.Send(from, to.Life, () => to.Receive(message));

    public Life? LifeOf(WorkerId id) => NodeOf(id.Node).Life is { IsAlive: true } life && life.Id == id ? life : null;

    public Node NodeOf(string name) => Nodes[int.Parse(name.AsSpan("node-".Length), System.Globalization.CultureInfo.InvariantCulture)];

    public bool WasRemoved(Life life) => removed.Contains(life);

    public void Removed(Life life) => removed.Add(life);

    /// <summary>A process ends at once, and another begins later.</summary>
    public void Crash(Life life)
    {
        if (!life.IsAlive) return;
        Note($"{life} crashes");
        End(life, Random.Between(300_000, 5_000_000));
    }

    /// <summary>A process ends and says so.</summary>
    public void Restart(Life life, string why)
    {
        if (!life.IsAlive) return;
        Note($"{life} stops: {why}");
        End(life, Random.Between(300_000, 2_000_000));
        Cluster.Remove(life);
    }

    public void StopMaster(MasterShell master, string why) => Restart(master.Life, why);

    public void Note(string what)
    {
        if (tells) Story.Add($"{Agenda.Now / 1000.0,10:0.0} ms  {what}");
    }

    public void Violate(string rule, string message)
    {
        Note($"VIOLATION {rule}: {message}");
        throw new Violation(rule, message);
    }

    private void End(Life life, long pause)
    {
        life.IsAlive = false;
        removed.Add(life);
        foreach (var track in tracks.Values) track.Fetching -= life.Slots.Count(slot => slot.IsFetching && slot.Current!.Job == track.Job);
        healing++;
        Agenda.In(pause, null, () =>
        {
            healing--;
            if (life.Node.Life == life) Start(life.Node);
        });
    }

    private void Start(Node node)
    {
        node.Life = new Life(this, node, ++incarnations);
        node.Life.Begin();
        if (Agenda.Now > 0) Note($"{node.Life} starts");
    }
}
