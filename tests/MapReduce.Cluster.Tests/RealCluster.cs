using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using MapReduce.Api;

namespace MapReduce.Cluster.Tests;

/// <summary>A cluster of node processes, started with <c>mr cluster up</c>. Leaves no process and no file.</summary>
internal sealed partial class RealCluster : IDisposable
{
    private const int Kill = 9;
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly string home = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    private readonly string[] settings;

    public RealCluster(int nodes = 3, params string[] settings)
    {
        this.settings = settings;
        var (code, output, error) = Mr.Run(["cluster", "up", "--folder", State, "--nodes", $"{nodes}", "--slots", "1", "--json", .. settings.SelectMany(setting => (string[])["--set", setting])]);
        Check(code == 0, error);
        using var document = JsonDocument.Parse(output);
        Nodes = Processes(document);
        Client = new MapReduceClient(document.RootElement.GetProperty("nodes").EnumerateArray().Select(node => new Uri(node.GetProperty("http").GetString()!)), File.ReadAllText(Path.Combine(State, "token")));
    }

    public MapReduceClient Client { get; }

    /// <summary>The process of each node.</summary>
    public IReadOnlyDictionary<string, int> Nodes { get; private set; }

    /// <summary>The folder of the cluster.</summary>
    public string State => Path.Combine(home, "cluster");

    /// <summary>A place for files of the test.</summary>
    public string this[string name] => Path.Combine(home, name);

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

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo()) await pause.WaitForNextTickAsync(patience.Token);
    }

    /// <summary>Waits until so many nodes are members.</summary>
    public Task AwaitNodesAsync(int count) => UntilAsync(async () => (await Client.NodesAsync()).Nodes.Count == count);

    public async Task<string> MasterAsync() => (await Client.NodesAsync()).Master;

    public void KillNode(string node) => Signal(Nodes[node], Kill);

    public void StopNode(string node) => Signal(Nodes[node], Stop);

    public void ContinueNode(string node) => Signal(Nodes[node], Continue);

    /// <summary>Starts the node that was killed again, with what is on its disk, and waits until it is a member.</summary>
    public void Restart()
    {
        var (code, _, error) = Mr.Run(["cluster", "add", "--cluster", State, "--slots", "1", .. settings.SelectMany(setting => (string[])["--set", setting])]);
        Check(code == 0, error);
        using var document = JsonDocument.Parse(Mr.Run("cluster", "status", "--cluster", State, "--json").Output);
        Nodes = Processes(document);
    }

    public static void KillProcess(int process) => Signal(process, Kill);

    /// <summary>The processes that a node has started, and that live.</summary>
    public static List<int> ChildrenOf(int process)
        => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => (Id: int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture), Parent: ParentOf(name!))).Where(child => child.Parent == process).Select(child => child.Id)];

    public void Dispose()
    {
        var children = Nodes.Values.SelectMany(ChildrenOf).ToList();
        Client.Dispose();
        foreach (var node in Nodes.Values) Signal(node, Kill);
        foreach (var process in Nodes.Values.Concat(children)) Check(!IsAlive(process), $"Process {process} is left.");
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
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.WaitForExit(TimeSpan.FromSeconds(10));
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static int ParentOf(string process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static void Signal(int process, int signal) => _ = Send(process, signal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
