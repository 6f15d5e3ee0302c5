using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using MapReduce.Api;
using MapReduce.Node;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;

namespace MapReduce.Dashboard.Tests;

/// <summary>A job of very many tasks that runs on a cluster of its own: the master, its journal and its API are real, and only the slots of the other node are simulated.</summary>
internal sealed class LargeJob : IAsyncDisposable
{
    public const string Name = "clicks-of-today";

    private const string Worker = "node-2";
    private const int Slots = 32;

    /// <summary>A slot that the test holds back is neither dead nor slow.</summary>
    private const string Settings = """
        mapreduce.node.roles = [master]
        mapreduce.master {
          lease = 10m
          slot-absence = 10m
          speculation-minimum = 10m
        }
        """;

    private readonly MiniCluster cluster;
    private readonly ActorSystem workers;
    private readonly int maps;
    private readonly int reduces;
    private IActorRef slots = ActorRefs.Nobody;

    private LargeJob(MiniCluster cluster, ActorSystem workers, int maps, int reduces)
    {
        this.cluster = cluster;
        this.workers = workers;
        this.maps = maps;
        this.reduces = reduces;
        Client = cluster.Connect(Patience.Limit);
    }

    public MapReduceClient Client { get; }

    public string Id { get; } = Guid.NewGuid().ToString("n");

    /// <summary>The address of the dashboard, without the stroke at its end.</summary>
    public string Address => Master.Settings.HttpAddress.TrimEnd('/');

    /// <summary>Logs a browser in.</summary>
    public string Login => $"{Address}/login?ticket={new BrowserSessions(cluster.Token, TimeProvider.System).NewTicket()}";

    private MapReduceNode Master => cluster.Nodes["node-1"];

    /// <summary>Starts the cluster and the job.</summary>
    public static async Task<LargeJob> StartAsync(string folder, int maps, int reduces)
    {
        var cluster = await MiniCluster.StartAsync(1, folder, Settings);
        var job = new LargeJob(cluster, StartWorkers(folder, cluster.Nodes["node-1"].Settings), maps, reduces);
        await job.JoinAsync();
        await job.SubmitAsync(folder);
        return job;
    }

    /// <summary>Lets so many attempts more end.</summary>
    public void Let(int attempts) => slots.Tell(new SimulatedSlots.Let(attempts));

    /// <summary>Lets so many attempts more end, each time that an interval has passed.</summary>
    public void Pace(int attempts, TimeSpan interval) => slots.Tell(new SimulatedSlots.Pace(attempts, interval));

    /// <summary>Waits until so many map tasks are done.</summary>
    public async Task MappedAsync(int count)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await Client.JobAsync(Id)).Stages is not [{ MapsDone: var done }] || done < count) await pause.WaitForNextTickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await workers.Terminate();
        await cluster.DisposeAsync();
    }

    internal Protocol.Work.Plan Plan() => new()
    {
        Digest = new string('d', 64),
        Maps = maps,
        Reduces = reduces,
        Definition = new Opened { Name = Name, Counters = { "clicks" }, Stages = { new Stage { Reads = { "/data/clicks/today" }, Steps = { "aggregate" }, Writes = { "" } } }, Outputs = { new Layout() } },
    };

    /// <summary>The other node: a member of the cluster, and no more.</summary>
    private static ActorSystem StartWorkers(string folder, NodeSettings master)
    {
        var own = NodeConfiguration.Parse($$"""
            mapreduce {
              node { name = {{Worker}}, port = 0, folder = "{{Path.Combine(folder, Worker)}}", roles = [worker] }
              worker.slots = {{Slots}}
              http { port = 0, token-file = "{{Path.Combine(folder, "token")}}" }
              journal.connection = "Data Source={{Path.Combine(folder, "journal.db")}}"
            }
            """, Worker);
        var settings = NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), own, Worker).WithFallback(NodeConfiguration.Local)) with { Tls = master.Tls };
        var config = ConfigurationFactory.ParseString("akka.loglevel = OFF").WithFallback(AkkaConfiguration.Make(settings));
        var system = ActorSystem.Create(AkkaConfiguration.SystemName, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), Journal.Options(settings), Transport.Remoting(settings)));
        Akka.Cluster.Cluster.Get(system).Join(new Address(AkkaConfiguration.Protocol, AkkaConfiguration.SystemName, master.Host, master.Port));
        return system;
    }

    /// <summary>Waits until the master knows the other node, and starts its slots.</summary>
    private async Task JoinAsync()
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!(await Client.NodesAsync()).Nodes.Any(node => node is { Name: Worker, State: "up" })) await pause.WaitForNextTickAsync();
        var node = new WorkerId(Worker, Akka.Cluster.Cluster.Get(workers).SelfUniqueAddress.Uid);
        slots = Master.System.ActorOf(Props.Create(() => new SimulatedSlots(Master.Master, node, Slots, this)));
    }

    private Task SubmitAsync(string folder) => Master.Master.Ask<Submitted>(new Submit
    {
        Spec = new JobSpec
        {
            Id = Id,
            Name = Name,
            Output = Path.Combine(folder, "out"),
            Attempts = 4,
            Priority = 1,
            Order = new JobOrder { Package = new string('p', 64), Assembly = "Clicks.dll", Settings = new Protocol.Execution.Settings(), Inputs = { "/data/clicks/today" } },
        },
    }, Patience.Limit);
}
