using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using MapReduce.Api;
using MapReduce.Cluster.Tests;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>A job that has finished some of its map tasks, and has one that waits at a gate.</summary>
internal sealed partial class GatedRun
{
    private const int Texts = 12;
    private const int Lines = 400;
    private const int Length = 20 * Lines;

    /// <summary>For clusters in which it runs: quicker than lan.conf, for machines that share one, and no attempt at a gate is a straggler to be helped.</summary>
    /// <remarks>Nodes that are cut off at once are missed at different times. Whoever took them for lost one after another would find a majority each time; so all is quiet for longer than that before anything is decided.</remarks>
    public static readonly string[] Settings =
    [
        "akka.cluster.failure-detector.acceptable-heartbeat-pause = 2s", "akka.cluster.split-brain-resolver.stable-after = 5s", "akka.cluster.split-brain-resolver.down-all-when-unstable = 20s",
        "akka.cluster.seed-node-timeout = 1s", "master.speculation-minimum = 10m",
    ];

    private readonly NetworkCluster cluster;
    private readonly string folder;
    private readonly int[] logsBefore;
    private readonly (int Log, List<(int Process, string? Birth)> Executors)[] seen;

    private GatedRun(NetworkCluster cluster, NodeList before, string folder)
    {
        (this.cluster, Before, this.folder) = (cluster, before, folder);
        logsBefore = [.. cluster.Nodes.Select(node => cluster.LogOf(node).Length)];
        seen = new (int, List<(int, string?)>)[cluster.Nodes.Count];
    }

    /// <summary>The members before the job was submitted.</summary>
    public NodeList Before { get; }

    public int Master => int.Parse(Before.Master["node-".Length..], CultureInfo.InvariantCulture);

    public string Job { get; private set; } = "";

    private string Gate => Path.Combine(folder, "gate");

    private string Output => Path.Combine(folder, "out");

    /// <summary>Gives the job's package to a cluster as soon as all nodes are members.</summary>
    public static async Task<string> UploadAsync(NetworkCluster cluster)
    {
        await cluster.AwaitMembersAsync(cluster.Nodes.Count);
        var zip = cluster["jobs.zip"];
        await ZipFile.CreateFromDirectoryAsync(Path.GetDirectoryName(Mr.Job("MapReduce.TestJobs"))!, zip, CompressionLevel.Fastest, includeBaseDirectory: false);
        return (await cluster.Client.UploadAsync(zip)).Digest;
    }

    public static async Task<GatedRun> BeginAsync(NetworkCluster cluster, string package)
    {
        cluster.Network.MendAll();
        await cluster.AwaitMembersAsync(cluster.Nodes.Count);
        var folder = Directory.CreateDirectory(cluster[$"run-{Guid.NewGuid():n}"]).FullName;
        var run = new GatedRun(cluster, await cluster.Client.NodesAsync(), folder);
        Directory.CreateDirectory(run.Gate);
        var texts = Directory.CreateDirectory(Path.Combine(folder, "texts")).FullName;
        for (var text = 0; text < Texts; text++)
        {
            // Files of one length are splits of their own.
            var words = text == Texts - 1 ? "gate" : string.Join('\n', Enumerable.Range(0, Lines).Select(line => $"word{(line * (text + 7)) % 97} of text{text}"));
            File.WriteAllText(Path.Combine(texts, $"{text:00}"), words.PadRight(Length, '\n'));
        }
        run.Job = (await cluster.Client.SubmitAsync(run.Request(package))).Id;
        var done = 0;
        await foreach (var @event in cluster.Client.WatchAsync(run.Job))
            if (@event.Event == "AttemptSucceeded" && ++done == Texts / 3) break;
        foreach (var node in cluster.Nodes)
        {
            var executors = RealCluster.ChildrenOf(cluster.ProcessOf(node)).Select(process => (process, RealCluster.BirthOf(process))).ToList();
            // Read after them: a life that ends from here on is theirs, or a later one.
            run.seen[node - 1] = (cluster.LogOf(node).Length, executors);
        }
        return run;
    }

    /// <summary>The job as it is submitted.</summary>
    public SubmitRequest Request(string package) => new()
    {
        Package = package,
        Assembly = "MapReduce.TestJobs.dll",
        JobClass = "Gated",
        Inputs = [Path.Combine(folder, "texts")],
        Output = Output,
        SplitBytes = Length,
        Partitions = 4,
        Arguments = ["--phase", "map", "--gate", Gate],
        ClientToken = folder,
    };

    /// <summary>What a node has logged since the job was submitted.</summary>
    public string LogOf(int node) => cluster.LogOf(node)[logsBefore[node - 1]..];

    /// <summary>Waits until nodes have stopped and begun another life since the job was submitted.</summary>
    public Task UntilJoiningAgainAsync(params int[] nodes)
        => RealCluster.UntilLoggedAsync(() => nodes.ToDictionary(node => $"node-{node}", LogOf), log => log.Contains("It joins again.", StringComparison.Ordinal));

    /// <summary>Lets the task at the gate go on.</summary>
    public void Open() => File.WriteAllText(Path.Combine(Gate, "open"), "");

    /// <summary>The job has ended with the one right output, one side at most has decided, and all nodes are members of one cluster again.</summary>
    /// <param name="client">Knows nodes that were never cut off.</param>
    /// <param name="minority">Nodes that must have stopped and begun another life, in the same process.</param>
    public async Task AssertExactAsync(MapReduceClient client, int[] minority)
    {
        var job = await client.WaitAsync(Job);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        var counts = Directory.GetFiles(Output, "part-*").SelectMany(File.ReadAllLines).Select(line => line.Split('\t')).ToDictionary(row => row[0], row => long.Parse(row[1], CultureInfo.InvariantCulture));
        var expected = Directory.GetFiles(Path.Combine(folder, "texts")).SelectMany(File.ReadAllLines).SelectMany(line => line.Split(' ')).CountBy(word => word).ToDictionary(word => word.Key, word => (long)word.Value);
        Assert.Equal(expected, counts);
        Assert.Equal(expected.Values.Sum(), job.Counters["words"]);
        Assert.Equal(["gate", "out", "texts"], Directory.GetFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal));

        await cluster.AwaitMembersAsync(cluster.Nodes.Count);
        Assert.All(cluster.Nodes, node => Assert.True(cluster.IsAlive(node)));
        foreach (var node in minority) await AssertBeganAnotherLifeAsync(node);
        await AssertOneSideDecidedAsync(client);
    }

    /// <summary>A node has said why its life ended, the last executor of that life is gone, and it has begun another.</summary>
    private async Task AssertBeganAnotherLifeAsync(int node)
    {
        var log = "";
        // On a busy machine it may be amid another end, or serve again and not have said so yet.
        await RealCluster.UntilAsync(() =>
        {
            log = LogOf(node);
            return Task.FromResult(EndsOfLives().Matches(log) is [.., var last] && log.IndexOf(" It joins again.\n", last.Index, StringComparison.Ordinal) is > 0 and var next
                && log.IndexOf($"\nnode-{node} serves ", next, StringComparison.Ordinal) > 0);
        });
        foreach (Match end in EndsOfLives().Matches(log))
        {
            var reason = end.Groups["reason"].Value;
            // Only a master writes the journal, so only it can be told by it; on a busy machine another node may have reigned meanwhile.
            Assert.True(reason.StartsWith("The other nodes have removed this one", StringComparison.Ordinal) || ((node == Master || ReignBegins().IsMatch(log)) && (reason.StartsWith("The journal of ", StringComparison.Ordinal) || reason.StartsWith("Another node is the job master now", StringComparison.Ordinal))), reason);
        }
        Assert.DoesNotContain("Unhandled exception", log, StringComparison.Ordinal);
        var (then, executors) = seen[node - 1];
        if (!cluster.LogOf(node)[then..].Contains("It joins again.", StringComparison.Ordinal)) return;
        await RealCluster.UntilAsync(() => Task.FromResult(executors.TrueForAll(executor => executor.Birth is null || RealCluster.BirthOf(executor.Process) != executor.Birth)));
    }

    private async Task AssertOneSideDecidedAsync(MapReduceClient client)
    {
        var events = new List<JobEventDetails>();
        await foreach (var @event in client.WatchAsync(Job)) events.Add(@event);
        Assert.Single(events, @event => @event.Event == "CommitDecided");
        Assert.Single(events, @event => @event.Event == "JobPublished");
        var epochs = events.Where(@event => @event.Event == "EpochClaimed").Select(@event => @event.Epoch!.Value).ToList();
        Assert.Equal(epochs.Distinct().Order(), epochs);
        // No two nodes have ever reigned with the same epoch.
        var reigns = cluster.Nodes.SelectMany(node => ReignBegins().Matches(cluster.LogOf(node))).Select(reign => long.Parse(reign.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(reigns.Distinct().Count(), reigns.Count);
        Assert.Contains(epochs[^1], reigns);
    }

    [GeneratedRegex(@"Reign (\d+) begins")]
    private static partial Regex ReignBegins();

    [GeneratedRegex(@" crit: .* stops: (?<reason>.*)")]
    private static partial Regex EndsOfLives();
}
