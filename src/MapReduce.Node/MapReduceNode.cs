using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Hosting;
using MapReduce.Confinement;
using MapReduce.Coordination;
using MapReduce.Master;
using MapReduce.Node.Configuration;
using MapReduce.Node.Dashboard;
using MapReduce.Node.Http;
using MapReduce.Node.Membership;
using MapReduce.Node.Security;
using MapReduce.Node.Telemetry;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using MapReduce.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node;

/// <summary>A node of a cluster: an actor system, a web server, and by its roles a candidate for job master and a worker.</summary>
public sealed class MapReduceNode : IAsyncDisposable
{
    private static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(200);

    private readonly WebApplication application;
    private readonly ActorSystem system;
    private readonly WorkerNode worker;
    private readonly IActorRef master;
    private readonly MachineUse machine = new(TimeProvider.System);
    private readonly NodeTelemetry telemetry;
    private readonly IReadOnlyList<string> electors;
    private readonly MemberMemory memory = new();
    private readonly TaskCompletionSource<(NodeEnd End, string Reason)> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool stopping;
    private int failed;

    private MapReduceNode(NodeSettings settings, WebApplication application, ActorSystem system, WorkerNode worker, IActorRef master, IReadOnlyList<string> electors)
    {
        Settings = settings;
        this.electors = electors;
        this.application = application;
        this.system = system;
        this.worker = worker;
        this.master = master;
        telemetry = new NodeTelemetry(settings, application.Services, worker, settings.Master.Metrics);
    }

    /// <summary>What the node was started with.</summary>
    public NodeSettings Settings { get; }

    /// <summary>The actor system.</summary>
    public ActorSystem System => system;

    /// <summary>The way to the job master, wherever it is.</summary>
    public IActorRef Master => master;

    /// <summary>Who must agree before a next life of this node may found a cluster: the members that it last knew, where they are more than half of its own electors.</summary>
    public IReadOnlyList<string> Electors => memory.Members is var members && 2 * members.Count > electors.Count ? members : electors;

    /// <summary>What can be called over HTTP.</summary>
    public IReadOnlyList<Endpoint> Endpoints => application.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>Ends when the node does, and says why.</summary>
    public Task<(NodeEnd End, string Reason)> Ended => end.Task;

    /// <summary>Starts a node. It joins the cluster by itself; see <see cref="Ready"/>.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="electors">The <see cref="Electors"/> of the life before; null in the first life of a process, when the seed nodes are.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConfigurationException">A port is taken, the audit log cannot be written, the database of the journal refuses the node, the kernel cannot confine executors as they have to be, or a setting makes no sense.</exception>
    public static async Task<MapReduceNode> StartAsync(NodeSettings settings, IReadOnlyList<string>? electors = null, CancellationToken cancellation = default)
    {
        var isolation = settings.Worker.Confinement.Isolation;
        var flaw = settings.IsWorker ? Kernel.Here.Flaw(isolation) : null;
        if (flaw is not null && isolation == Isolation.RequiredStrict) throw new ConfigurationException($"{flaw} So the node does not start. Give it a kernel that can, or set mapreduce.executor.isolation to strict, which makes do with what there is.");
        PrivateFiles.MakeFolder(settings.Folder);
        new AuditLog(settings.Audit).Require();
        // In later lives the database is known to have let this node in, and it is waited for.
        var absence = electors is null && settings.IsMaster ? await Task.Run(() => JournalDatabase.Absence(settings), cancellation) : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        NodeLogging.Add(builder.Logging, settings);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Transport.Listen(kestrel, settings));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService(services => new ExpiryWatch(settings, TimeProvider.System, services.GetRequiredService<ILogger<ExpiryWatch>>()));
        builder.Services.AddSingleton(services => new ShownCertificate(settings, TimeProvider.System, services.GetRequiredService<ILogger<ShownCertificate>>()));
        Access.Add(builder.Services, settings);
        Pace.Add(builder.Services, settings.Pace);
        Contract.Add(builder.Services);
        builder.Services.AddAkka(AkkaConfiguration.SystemName, (akka, services) =>
        {
            akka.AddHocon(AkkaConfiguration.Make(settings), HoconAddMode.Prepend);
            NodeLogging.Route(akka, settings, services);
            akka.AddSetup(Journal.Options(settings));
            akka.AddSetup(Transport.Remoting(settings));
        });
        var application = builder.Build();
        MapReduceNode? node = null;
        try
        {
            var system = application.Services.GetRequiredService<ActorSystem>();
            node = Compose(settings, application, system, electors ?? AkkaConfiguration.SeedsOf(settings));
            await application.StartAsync(cancellation);
            if (absence is not null) application.Services.GetRequiredService<ILogger<MapReduceNode>>().LogWarning("{Absence}", absence);
            if (flaw is not null && electors is null) application.Services.GetRequiredService<ILogger<MapReduceNode>>().LogWarning("{Flaw}", flaw);
            return node;
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await application.DisposeAsync();
            throw new ConfigurationException($"Port {settings.HttpPort} (mapreduce.http.port) or {settings.DataPort} (mapreduce.node.data-port) is taken by another program. Choose another port, or end that program.", exception);
        }
    }

    /// <summary>Whether the node is a member, and if not what is missing.</summary>
    public string Status
    {
        get
        {
            if (stopping) return "stopping";
            var cluster = Cluster.Get(system);
            return cluster.SelfMember.Status == MemberStatus.Up ? Readiness.Ready : $"not a member yet: {cluster.SelfMember.Status}";
        }
    }

    /// <summary>Ends when the node is a full member.</summary>
    public Task Ready => ready.Task;

    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Leaves the cluster without losing work: finishes what runs, waits for the jobs that need its map outputs, hands over what it is master of.</summary>
    /// <param name="drain">How long it may take; zero leaves at once.</param>
    public async Task StopAsync(TimeSpan drain)
    {
        stopping = true;
        worker.Draining = true;
        if (drain > TimeSpan.Zero && Settings.IsWorker && Cluster.Get(system).SelfMember.Status == MemberStatus.Up) await DrainAsync(drain);
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        await DisposeAsync();
        end.TrySetResult((NodeEnd.Stopped, "The node was told to stop."));
    }

    /// <summary>Ends the node as a crash would, as far as that is possible within a process: it says goodbye to nobody.</summary>
    public async Task AbortAsync()
    {
        stopping = true;
        machine.Dispose();
        telemetry.Dispose();
        // The slots go first, so that none reports an executor that ends with the node.
        await system.Terminate();
        await worker.DisposeAsync();
        await application.StopAsync(new CancellationToken(canceled: true));
        await application.DisposeAsync();
        end.TrySetResult((NodeEnd.Stopped, "The node was aborted."));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        stopping = true;
        try
        {
            await application.StopAsync();
        }
        finally
        {
            // Before the container, which waits without end for the last actor.
            await worker.DisposeAsync();
            machine.Dispose();
            await application.DisposeAsync();
            telemetry.Dispose();
        }
    }

    private static MapReduceNode Compose(NodeSettings settings, WebApplication application, ActorSystem system, IReadOnlyList<string> electors)
    {
        var cluster = Cluster.Get(system);
        if (electors.Count == 0) electors = [cluster.SelfAddress.ToString()];
        var tokens = application.Services.GetRequiredService<Tokens>();
        var http = new HttpClient(Transport.Handler(settings, application.Services.GetRequiredService<ShownCertificate>()), disposeHandler: true) { Timeout = TimeSpan.FromMinutes(2) };
        var links = new NodeLinks(http, () => [.. Peers(cluster).Select(peer => peer.Data)], tokens.ForJob) { Warn = warning => application.Services.GetRequiredService<ILogger<MapReduceNode>>().LogWarning("{Warning}", warning) };
        var clock = new SteadyClock(TimeProvider.System);
        var worker = new WorkerNode(settings.Worker with { Clock = clock }, links, cluster.SelfUniqueAddress.Uid);
        var master = system.ActorOf(ClusterSingletonProxy.Props("/user/job-master", ClusterSingletonProxySettings.Create(system).WithRole(AkkaConfiguration.MasterRole)), "job-master-proxy");
        var node = new MapReduceNode(settings, application, system, worker, master, electors);
        var slots = Slots(settings, system, cluster, worker, master);
        system.ActorOf(Props.Create(() => new NodeAgent(worker, master)), "node-agent");
        if (settings.IsMaster)
        {
            var history = new JournalHistory(system, Journal.Database(settings));
            Func<IActorRef, Props> listener = self => Props.Create(() => new ClusterListener(self));
            Action<string, bool> onEnd = (reason, mayJoinAgain) => node.Fail(mayJoinAgain ? NodeEnd.Removed : NodeEnd.Fatal, reason);
            var masterSettings = settings.Master with { Clock = clock };
            system.ActorOf(ClusterSingletonManager.Props(Props.Create(() => new JobMaster(masterSettings, history, slots, listener, onEnd)), JobMaster.HandOver.Instance,
                ClusterSingletonManagerSettings.Create(system).WithRole(AkkaConfiguration.MasterRole)), "job-master");
        }
        cluster.RegisterOnMemberUp(() => node.ready.TrySetResult());
        cluster.RegisterOnMemberRemoved(() => node.Fail(NodeEnd.Removed, "The other nodes have removed this one, or it was on the smaller side of a split."));
        var (interval, memory) = (system.Settings.Config.GetTimeSpan("akka.cluster.seed-node-timeout"), node.memory);
        system.ActorOf(Props.Create(() => new Founder(electors, interval, memory)), Founder.Name);
        MapHttp(settings, application, node, tokens);
        return node;
    }

    private static IActorRef Slots(NodeSettings settings, ActorSystem system, Cluster cluster, WorkerNode worker, IActorRef master)
    {
        const string TypeName = "slots";
        var sharding = ClusterSharding.Get(system);
        if (!settings.IsWorker) return sharding.StartProxy(TypeName, AkkaConfiguration.WorkerRole, new SlotExtractor());
        var allocation = new SlotAllocation(address => CapacityOf(cluster, address), TimeProvider.System);
        return sharding.Start(TypeName, slot => Slot(int.Parse(slot, CultureInfo.InvariantCulture)), ClusterShardingSettings.Create(system).WithRole(AkkaConfiguration.WorkerRole), new SlotExtractor(), allocation, PoisonPill.Instance);

        Props Slot(int number) => Props.Create(() => new SlotWorker(worker, number, master));
    }

    private static int CapacityOf(Cluster cluster, Address address)
    {
        // This node's own region has a path without an address.
        var full = address.HasGlobalScope ? address : cluster.SelfAddress;
        var member = cluster.State.Members.FirstOrDefault(member => member.Address.Equals(full) && member.Status == MemberStatus.Up);
        return member is null ? 0 : NodeDescription.FromRoles(member.Roles)?.Slots ?? 0;
    }

    private static List<NodeDescription> Peers(Cluster cluster)
        => [.. cluster.State.Members.Where(member => member.Status == MemberStatus.Up && !member.UniqueAddress.Equals(cluster.SelfUniqueAddress) && !cluster.State.Unreachable.Contains(member))
            .Select(member => NodeDescription.FromRoles(member.Roles)).OfType<NodeDescription>()];

    private static void MapHttp(NodeSettings settings, WebApplication application, MapReduceNode node, Tokens tokens)
    {
        var services = application.Services;
        var guard = new Guard(settings, services.GetRequiredService<Refusals>());
        var log = services.GetRequiredService<ILogger<MapReduceNode>>();
        var link = new MasterLink(node.master);
        var vitals = new VitalsEndpoints(settings, link, node.worker, node.machine);
        var audits = new AuditEndpoints(services.GetRequiredService<AuditLog>(), node.worker);
        var peers = new PeerEndpoints(settings, node.worker, tokens, vitals, audits, services.GetRequiredService<ILogger<PeerEndpoints>>());
        // Routes of their own: none of one port can be reached at the other, whatever its path is made to look like.
        application.MapWhen(context => context.Connection.LocalPort == settings.DataPort, branch => branch
            .Use((context, next) => Reply.CatchAsync(context, next, log))
            .UseRouting()
            .UseEndpoints(peers.Map));
        application.Use((context, next) => guard.InvokeAsync(context, next));
        var auditor = services.GetRequiredService<Auditor>();
        application.Use((context, next) => auditor.InvokeAsync(context, next));
        application.Use((context, next) => Reply.CatchAsync(context, next, log));
        application.UseRouting();
        application.UseAuthentication();
        application.UseRateLimiter();
        application.UseAuthorization();
        node.telemetry.Map(application);
        Contract.Map(application);
        new JobEndpoints(settings, link, node.worker, data => Peers(Cluster.Get(node.system)).FirstOrDefault(peer => peer.Data == data)?.Http ?? data).Map(application);
        new AttemptEndpoints(link).Map(application);
        new ClusterEndpoints(link).Map(application);
        vitals.Map(application);
        new DashboardEndpoints(services.GetRequiredService<BrowserSessions>(), services.GetRequiredService<Callers>(), services.GetRequiredService<Refusals>()).Map(application);
        new InspectionEndpoints(link, node.worker, services.GetRequiredService<ILogger<InspectionEndpoints>>()).Map(application);
        new ChangeEndpoints(link).Map(application);
        audits.Map(application);
        new NodeEndpoints(settings, link, new Readiness(() => node.Status, link.FindAsync, TimeProvider.System)).Map(application);
    }

    /// <summary>Waits until nothing runs here any more and nobody needs what is here.</summary>
    private async Task DrainAsync(TimeSpan drain)
    {
        using var patience = new CancellationTokenSource(drain);
        using var pause = new PeriodicTimer(DrainInterval);
        try
        {
            do
            {
                try
                {
                    var request = new DrainRequest { Node = Settings.Name, Incarnation = worker.Incarnation };
                    if (await master.Ask<object>(request, DrainInterval * 10, patience.Token) is DrainProgress { Unknown: false, Needed: 0 } && worker.Running == 0) return;
                }
                catch (AskTimeoutException)
                {
                    // The master is moving.
                }
            }
            while (await pause.WaitForNextTickAsync(patience.Token));
        }
        catch (OperationCanceledException)
        {
            application.Services.GetRequiredService<ILogger<MapReduceNode>>().LogWarning("The node leaves before its work is done: {Seconds} s are over.", drain.TotalSeconds);
        }
    }

    /// <summary>The node cannot stay.</summary>
    private void Fail(NodeEnd how, string reason)
    {
        if (stopping || Interlocked.Exchange(ref failed, 1) == 1) return;
        stopping = true;
        worker.Draining = true;
        application.Services.GetRequiredService<ILogger<MapReduceNode>>().LogCritical("Node {Node} stops: {Reason}", Settings.Name, reason);
        _ = CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
        // Whoever waits for this takes the node apart, its log included.
        end.TrySetResult((how, reason));
    }
}
