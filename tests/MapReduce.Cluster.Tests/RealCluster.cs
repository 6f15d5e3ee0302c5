using System.Runtime.InteropServices;
using System.Text.Json;
using MapReduce.Api;
using MapReduce.Worker;

namespace MapReduce.Cluster.Tests;

/// <summary>A cluster of node processes, started with <c>mr cluster up</c>. Leaves no process and no file.</summary>
internal sealed partial class RealCluster : IDisposable
{
    private const int Kill = 9;
    private const int Termination = 15;
    private const int Stop = 19;
    private const int Continue = 18;
    private const int LogEnd = 15;

    private static readonly string[] EndsOfReigns = ["The journal of the job master refuses record", "The other nodes have removed this one", "Another node is the job master now"];

    /// <summary>For clusters of which no node is to be lost: on a machine that is busy with something else a node may stand still for long, and is waited for.</summary>
    public static readonly string[] Calm = ["akka.cluster.failure-detector.acceptable-heartbeat-pause=3m", "master.lease=10m", "master.speculation-minimum=10m", "worker.solitude=10m"];

    private readonly string home = Directory.CreateTempSubdirectory("mapreduce-").FullName;
    private readonly List<(int Process, string Birth)> orphans = [];

    public RealCluster(int nodes = 3, params string[] settings)
    {
        Directory.CreateDirectory(this[""]);
        var (code, output, error) = Mr.Run(["cluster", "up", "--folder", State, "--nodes", $"{nodes}", "--slots", "1", "--json", .. settings.SelectMany(setting => (string[])["--set", setting])]);
        Check(code == 0, error);
        using var document = JsonDocument.Parse(output);
        Nodes = Processes(document);
        Link = new Uri(document.RootElement.GetProperty("dashboard").GetString()!);
        Client = new MapReduceClient(document.RootElement.GetProperty("nodes").EnumerateArray().Select(node => new Uri(node.GetProperty("http").GetString()!)), File.ReadAllText(Path.Combine(State, "token")), patience: Patience.Limit);
    }

    public MapReduceClient Client { get; }

    /// <summary>The link to the dashboard that <c>mr cluster up</c> gave.</summary>
    public Uri Link { get; }

    /// <summary>The process of each node.</summary>
    public IReadOnlyDictionary<string, int> Nodes { get; private set; }

    /// <summary>The folder of the cluster.</summary>
    public string State => Path.Combine(home, "cluster");

    /// <summary>A place for files of the test: not beside the cluster's own, where executors in waiting do not reach what is new.</summary>
    public string this[string name] => Path.Combine(home, "files", name);

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Submits a job without waiting.</summary>
    public string Submit(params IEnumerable<string> arguments)
    {
        var (code, output, error) = Mr.Run(["submit", "--cluster", State, "--detach", .. arguments]);
        Check(code == 0, error);
        return output.Trim();
    }

    /// <summary>The job's events so far.</summary>
    public async Task<List<JobEventDetails>> EventsAsync(string job)
    {
        var revision = (await Client.JobAsync(job)).Revision;
        var events = new List<JobEventDetails>();
        await foreach (var @event in Client.WatchAsync(job))
        {
            events.Add(@event);
            if (@event.Revision >= revision) break;
        }
        return events;
    }

    /// <summary>Waits for an event.</summary>
    public async Task<JobEventDetails> AwaitAsync(string job, Func<JobEventDetails, bool> wanted)
    {
        await foreach (var @event in Client.WatchAsync(job))
            if (wanted(@event)) return @event;
        throw new InvalidOperationException("The job has ended without that event.");
    }

    /// <summary>What a node has logged so far.</summary>
    public string LogOf(string node) => File.ReadAllText(Path.Combine(State, node, "node.log"));

    /// <summary>Why the reign of a node ended that is not wanted any more, by its own log; null where it has not said so.</summary>
    /// <param name="node">The node.</param>
    /// <param name="from">How much of its log is older.</param>
    public string? EndOfReign(string node, int from)
        => LogOf(node)[from..].Split('\n').FirstOrDefault(line => EndsOfReigns.Any(end => line.Contains($"Node {node} stops: {end}", StringComparison.Ordinal)));

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo()) await pause.WaitForNextTickAsync(patience.Token);
    }

    /// <summary>Waits until something is so of the logs of nodes. If it does not come, the failure tells how the logs end that lack it.</summary>
    /// <param name="logs">The log of each node by its name, as it is now.</param>
    /// <param name="isSo">What has to be so of each log.</param>
    public static async Task UntilLoggedAsync(Func<IReadOnlyDictionary<string, string>> logs, Func<string, bool> isSo)
    {
        try
        {
            await UntilAsync(() => Task.FromResult(logs().Values.All(isSo)));
        }
        catch (OperationCanceledException exception)
        {
            var ends = logs().Where(log => !isSo(log.Value)).Select(log => $"{log.Key} wrote last:\n{string.Join('\n', log.Value.Split('\n').TakeLast(LogEnd))}");
            throw new TimeoutException(string.Join('\n', ends), exception);
        }
    }

    /// <summary>Waits until so many nodes are members.</summary>
    public Task AwaitNodesAsync(int count) => UntilAsync(async () => (await Client.NodesAsync()).Nodes.Count == count);

    public async Task<string> MasterAsync() => (await Client.NodesAsync()).Master;

    /// <summary>Kills a node, and waits until its process is gone.</summary>
    public void KillNode(string node)
    {
        Orphan(node);
        Signal(Nodes[node], Kill);
        Check(!IsAlive(Nodes[node]), $"{node} is not to be killed.");
    }

    /// <summary>Remembers the executors of a node that is about to be killed: they have to end by themselves.</summary>
    public void Orphan(string node) => orphans.AddRange(ChildrenOf(Nodes[node]).Select(child => (child, BirthOf(child))).Where(child => child.Item2 is not null)!);

    /// <summary>Waits until the executors of all nodes that were killed have ended.</summary>
    public Task AwaitOrphansEndAsync() => UntilAsync(() => Task.FromResult(orphans.TrueForAll(orphan => BirthOf(orphan.Process) != orphan.Birth)));

    /// <summary>Waits until no node that runs has any folder for executors but one for each that lives: nothing of those that were killed, with the node or alone.</summary>
    public Task AwaitNoFoldersOfExecutorsAsync() => UntilAsync(() => Task.FromResult(!Running.Any(HasFoldersOfExecutors)));

    private bool HasFoldersOfExecutors(string node)
    {
        var folders = new NodeFolders(Path.Combine(State, node));
        return Directory.EnumerateDirectories(Path.GetTempPath(), folders.SocketPrefix + "*").Any() || (Directory.Exists(folders.Spares) && Directory.EnumerateFileSystemEntries(folders.Spares).Count() > ChildrenOf(Nodes[node]).Count);
    }

    public void StopNode(string node) => StopProcess(Nodes[node]);

    public void ContinueNode(string node) => ContinueProcess(Nodes[node]);

    /// <summary>Starts the node that was killed again, with what is on its disk, and waits until it is a member.</summary>
    public void Restart()
    {
        var (code, added, error) = Mr.Run("cluster", "add", "--cluster", State, "--json");
        Check(code == 0, error);
        using var node = JsonDocument.Parse(added);
        Check(Nodes.ContainsKey(node.RootElement.GetProperty("added").GetString()!), $"A new node was added: {added}");
        using var document = JsonDocument.Parse(Mr.Run("cluster", "status", "--cluster", State, "--json").Output);
        Nodes = Processes(document);
    }

    /// <summary>Starts what a test has killed, and waits until all are members. One that does not become a member, as a test has found then, is killed, so that the others find nothing of it.</summary>
    public void Heal()
    {
        try
        {
            RestartAndAwait();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ApiException)
        {
            var members = Client.NodesAsync().GetAwaiter().GetResult().Nodes.Where(node => node.State == "up").Select(node => node.Name).ToHashSet();
            foreach (var node in Nodes.Keys.Where(node => !members.Contains(node)).ToList()) KillNode(node);
            RestartAndAwait();
        }
    }

    private void RestartAndAwait()
    {
        foreach (var _ in Nodes.Values.Where(process => BirthOf(process) is null).ToList()) Restart();
        var count = Nodes.Count;
        UntilAsync(async () => (await Client.NodesAsync()).Nodes is var nodes && nodes.Count == count && nodes.All(node => node.State == "up")).GetAwaiter().GetResult();
    }

    public static void KillProcess(int process) => Signal(process, Kill);

    public static void Terminate(int process) => Signal(process, Termination);

    public static void StopProcess(int process) => Signal(process, Stop);

    public static void ContinueProcess(int process) => Signal(process, Continue);

    /// <summary>The nodes that run: they are alive, and do not stand still.</summary>
    public IEnumerable<string> Running => Nodes.Where(node => StatusOf(node.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)) is { } status && status[0] is not ("Z" or "T")).Select(node => node.Key);

    /// <summary>The processes that a node has started, and that live.</summary>
    public static List<int> ChildrenOf(int process)
        => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => (Id: int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture), Parent: ParentOf(name!))).Where(child => child.Parent == process).Select(child => child.Id)];

    public void Dispose()
    {
        foreach (var node in Nodes.Keys) Orphan(node);
        Client.Dispose();
        foreach (var node in Nodes.Values) Signal(node, Kill);
        foreach (var process in Nodes.Values) Check(!IsAlive(process), $"Process {process} is left.");
        foreach (var (process, birth) in orphans) Check(SpinWait.SpinUntil(() => BirthOf(process) != birth, Patience.Limit), $"Executor {process} has outlived its node.");
        Directory.Delete(home, recursive: true);
    }

    private static Dictionary<string, int> Processes(JsonDocument document)
        => document.RootElement.GetProperty("nodes").EnumerateArray().ToDictionary(node => node.GetProperty("name").GetString()!, node => node.GetProperty("process").GetInt32());

    private static void Check(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }

    /// <summary>Whether a process is still there after a while.</summary>
    public static bool IsAlive(int process)
    {
        var birth = BirthOf(process);
        return birth is not null && !SpinWait.SpinUntil(() => BirthOf(process) != birth, Patience.Limit);
    }

    /// <summary>When a process began, in ticks since the machine did, which tells it from a later one of the same number; null where there is none, or a dead one that nobody has buried.</summary>
    public static string? BirthOf(int process) => StatusOf(process.ToString(System.Globalization.CultureInfo.InvariantCulture)) is { } status && status[0] != "Z" ? status[19] : null;

    private static int ParentOf(string process)
        => StatusOf(process) is { } status ? int.Parse(status[1], System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>What <c>/proc/N/stat</c> says after the name, which may hold anything.</summary>
    private static string[]? StatusOf(string process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[(status.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Signal(int process, int signal) => _ = Send(process, signal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
