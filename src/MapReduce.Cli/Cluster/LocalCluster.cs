using System.Globalization;
using System.Security.Cryptography;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Storage;

namespace MapReduce.Cli.Cluster;

/// <summary>A cluster of node processes on this machine: starts, kills and ends them.</summary>
internal sealed class LocalCluster(string folder)
{
    // A node that ends is noticed at once: only a machine that is very busy is waited for so long.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // What others reach the nodes at.
    private static readonly string[] Hosts = ["127.0.0.1", "localhost"];

    private readonly ClusterAuthority authority = new(Path.Combine(folder, "certificates"));

    public string Folder { get; } = folder;

    /// <summary>The cluster's state.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public ClusterState State => ClusterState.Read(Folder) ?? throw NoCluster(Folder);

    public static UserException NoCluster(string folder)
        => new(ExitCode.Cluster, $"There is no cluster in '{folder}'. Start one with mr cluster up, or name another with --cluster FOLDER.");

    /// <summary>Starts nodes and waits until all are ready.</summary>
    /// <exception cref="UserException">There is a cluster already, or a node does not start.</exception>
    public async Task<ClusterState> UpAsync(int nodes, int slots, IReadOnlyList<string> settings, CancellationToken cancellation)
    {
        if (nodes == 2) throw new UserException(ExitCode.Usage, "A cluster of two nodes does not survive the loss of either: more than half must be left. Start three with --nodes 3, or one.");
        if (nodes is < 1 or > 64) throw new UserException(ExitCode.Usage, $"--nodes {nodes} is not possible. Give 1, or 3 to 64.");
        if (ClusterState.Read(Folder) is { } before && before.Nodes.Any(node => IsAlive(node)))
            throw new UserException(ExitCode.Cluster, $"The cluster in '{Folder}' is up already. See it with mr cluster status, end it with mr cluster down, or start another with --folder.");
        ClusterFolder.Make(Folder);
        if (!File.Exists(ClusterState.TokenFile(Folder))) PrivateFiles.Write(ClusterState.TokenFile(Folder), RandomNumberGenerator.GetHexString(64, lowercase: true));
        var ports = Enumerable.Range(0, 3 * nodes).Select(_ => 0).ToArray();
        for (var i = 0; i < ports.Length; i++)
            while (ports[i] == 0 || ports.AsSpan(0, i).Contains(ports[i])) ports[i] = Ports.Free();
        var seeds = Enumerable.Range(0, Math.Min(nodes, 3)).Select(i => ports[3 * i]).ToList();
        var state = new ClusterState { Nodes = [.. Enumerable.Range(0, nodes).Select(i => Start(i + 1, ports[3 * i], ports[3 * i + 1], ports[3 * i + 2], slots, seeds, settings))] };
        state.Write(Folder);
        try
        {
            await Task.WhenAll(state.Nodes.Select(node => ReadyAsync(node, cancellation)));
        }
        catch
        {
            await DownAsync();
            throw;
        }
        return state;
    }

    /// <summary>Starts a lost node again, as it was, or one node more.</summary>
    /// <param name="slots">How many tasks it runs at a time; null for as many as before, or the share of one more node.</param>
    /// <param name="settings">Settings, which come on top of those that a lost node had.</param>
    /// <param name="cancellation">Stops waiting for it.</param>
    /// <exception cref="UserException">There is no cluster to join, or the node does not start.</exception>
    public async Task<NodeProcess> AddAsync(int? slots, IReadOnlyList<string> settings, CancellationToken cancellation)
    {
        var state = State;
        var seeds = state.Nodes.Where(IsAlive).Select(node => node.Port).Take(3).ToList();
        if (seeds.Count == 0) throw new UserException(ExitCode.Cluster, $"The cluster in '{Folder}' has no living node to join. Start it with mr cluster up.");
        if (!File.Exists(authority.CertificateFile)) throw new UserException(ExitCode.Cluster, $"The nodes of the cluster in '{Folder}' run an older program, to which this one cannot add. End them with mr cluster down, and start them again with mr cluster up; jobs go on.");
        // A node that was lost is started again under its name and with what it still has on its disk.
        var lost = state.Nodes.FirstOrDefault(node => !IsAlive(node));
        var number = lost?.Number ?? state.Nodes.Max(node => node.Number) + 1;
        var added = Start(number, lost?.Port ?? Ports.Free(), lost?.HttpPort ?? Ports.Free(), lost is { DataPort: > 0 } ? lost.DataPort : Ports.Free(), ClusterVerb.Slots(slots ?? lost?.Slots, state.Nodes.Count), seeds, [.. lost?.Settings ?? [], .. settings]);
        (state with { Nodes = [.. state.Nodes.Where(node => node.Number != number), added] }).Write(Folder);
        await ReadyAsync(added, cancellation);
        return added;
    }

    /// <summary>Kills a node as a crash would.</summary>
    /// <exception cref="UserException">There is no such node.</exception>
    public async Task<NodeProcess> KillNodeAsync(int number)
    {
        var nodes = State.Nodes;
        var node = nodes.FirstOrDefault(node => node.Number == number)
            ?? throw new UserException(ExitCode.Usage, $"There is no node {number}: the cluster has {string.Join(", ", nodes.Select(node => node.Number).Order())}. See mr cluster status.");
        using var process = node.Identity.Find() ?? throw new UserException(ExitCode.Cluster, $"{node.Name} is down already. Start it again with mr cluster add.");
        process.Kill();
        await node.Identity.AwaitEndAsync(EndPatience);
        return node;
    }

    /// <summary>Ends all nodes. What is journalled stays, and goes on with the next start.</summary>
    public async Task<int> DownAsync()
    {
        var living = (ClusterState.Read(Folder)?.Nodes ?? []).Select(node => node.Identity).Where(node => node.IsAlive).ToList();
        foreach (var node in living) Terminate(node);
        foreach (var node in living)
        {
            if (await node.AwaitEndAsync(EndPatience)) continue;
            Kill(node);
            await node.AwaitEndAsync(EndPatience);
        }
        File.Delete(Path.Combine(Folder, "cluster.json"));
        return living.Count;
    }

    public static bool IsAlive(NodeProcess node) => node.Identity.IsAlive;

    private static void Terminate(ProcessIdentity node)
    {
        if (OperatingSystem.IsWindows()) Kill(node);
        else ProcessSignals.Send(node.Id, ProcessSignals.Terminate);
    }

    private static void Kill(ProcessIdentity node)
    {
        using var process = node.Find();
        process?.Kill();
    }

    private NodeProcess Start(int number, int port, int httpPort, int dataPort, int slots, IReadOnlyList<int> seeds, IReadOnlyList<string> settings)
    {
        var name = $"node-{number}";
        var own = Path.Combine(Folder, name);
        PrivateFiles.MakeFolder(own);
        // A new one for each life, so that none comes to its end.
        var (certificate, key) = authority.Renew(name, Hosts);
        var file = Path.Combine(own, "node.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$"""
            mapreduce {
              node {
                name = "{{name}}"
                port = {{port}}
                data-port = {{dataPort}}
                folder = "{{own}}"
              }
              cluster.seeds = [{{string.Join(", ", seeds.Select(seed => $"\"127.0.0.1:{seed}\""))}}]
              http {
                port = {{httpPort}}
                token-file = "{{ClusterState.TokenFile(Folder)}}"
                users-file = "{{ClusterState.UsersFile(Folder)}}"
                tls = off
              }
              tls {
                authority = "{{authority.CertificateFile}}"
                certificate = "{{certificate}}"
                key = "{{key}}"
              }
              worker.slots = {{slots}}
              journal.connection = "Data Source={{Path.Combine(Folder, "journal.db")}}"
              executor.closed = ["{{Path.GetFullPath(Folder)}}"]
            }

            """) + string.Join('\n', settings.Select(NodeConfiguration.Full)));
        var log = Path.Combine(own, "node.log");
        NodeLog.Rotate(log);
        using var process = Detached.Start(log, [.. OwnCommand.Line, "node", "start", "--local", "--config", file]);
        return new NodeProcess(number, name, port, httpPort, process.Id, ProcessIdentity.Of(process).Started, slots, settings, dataPort);
    }

    private async Task ReadyAsync(NodeProcess node, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(StartPatience);
        try
        {
            while (true)
            {
                try
                {
                    using var response = await http.GetAsync(new Uri(node.Address + "health/ready"), patience.Token);
                    if (response.IsSuccessStatusCode) return;
                }
                catch (HttpRequestException) when (IsAlive(node))
                {
                    // It does not listen yet.
                }
                catch (HttpRequestException)
                {
                    throw new UserException(ExitCode.Cluster, $"{node.Name} has ended while it started. Its log is {LogOf(node)}:{Environment.NewLine}{Tail(LogOf(node))}");
                }
                await Task.Delay(Pause, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UserException(ExitCode.Cluster, $"{node.Name} is not ready after {StartPatience.TotalMinutes} minutes. Its log is {LogOf(node)}:{Environment.NewLine}{Tail(LogOf(node))}");
        }
    }

    private string LogOf(NodeProcess node) => Path.Combine(Folder, node.Name, "node.log");

    private static string Tail(string file) => File.Exists(file) ? string.Join(Environment.NewLine, File.ReadLines(file).TakeLast(5)) : "";
}
