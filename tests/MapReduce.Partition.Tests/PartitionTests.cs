using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using MapReduce.Api;
using MapReduce.Cluster.Tests;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>Five nodes on five machines, and a network that does what networks do. Each test leaves the network whole and all five nodes members of one cluster.</summary>
public sealed partial class PartitionTests(PartitionTests.Cluster shared) : IClassFixture<PartitionTests.Cluster>
{
    private const int Nodes = 5;
    private static readonly int[] All = [1, 2, 3, 4, 5];

    [NetworkFact]
    public Task A_master_in_the_minority_of_2_against_3_is_replaced_and_rejoins() => SplitAsync(master => [[master, Next(master, 1)], Others(master, Next(master, 1))]);

    [NetworkFact]
    public Task Of_1_and_1_and_3_the_three_go_on() => SplitAsync(master => [[master], [Next(master, 2)], Others(master, Next(master, 2))]);

    [NetworkFact]
    public async Task Of_2_and_2_and_1_nobody_decides_and_all_five_are_one_cluster_again()
    {
        var run = await RunningAsync();
        var (one, other) = (Next(run.Master, 1), Next(run.Master, 2));
        var rest = Others(run.Master, one, other);
        int[][] sides = [[run.Master, one], [other, rest[0]], [rest[1]]];
        shared.Network.Partition(true, sides);
        // A side that has not stopped yet when the cut heals may be joined by the others, and need not stop.
        await RealCluster.UntilAsync(() => Task.FromResult(All.All(run.JoinsAgain)));
        run.Open();
        shared.Network.Partition(false, sides);
        await run.AssertExactAsync(shared.Nodes.Client, All);
    }

    [NetworkFact]
    public async Task A_master_that_hears_and_is_not_heard_is_replaced()
    {
        var run = await RunningAsync();
        var others = Others(run.Master);
        foreach (var other in others) shared.Network.Cut(run.Master, other);
        using var majority = shared.Nodes.Connect(others);
        await NetworkCluster.AwaitMembersAsync(majority, others.Length);
        run.Open();
        await majority.WaitAsync(run.Job);
        foreach (var other in others) shared.Network.Mend(run.Master, other);
        await run.AssertExactAsync(majority, [run.Master]);
    }

    [NetworkFact]
    public async Task A_worker_that_is_cut_off_from_the_master_and_not_from_its_peers_loses_no_work_of_others()
    {
        var run = await RunningAsync();
        var worker = Next(run.Master, 3);
        int[][] sides = [[run.Master], [worker]];
        shared.Network.Partition(true, sides);
        // Neither of the two can be told to be the one that is cut off, so the others go on without both.
        var others = Others(run.Master, worker);
        using var majority = shared.Nodes.Connect(others);
        await NetworkCluster.AwaitMembersAsync(majority, others.Length);
        run.Open();
        await majority.WaitAsync(run.Job);
        shared.Network.Partition(false, sides);
        await run.AssertExactAsync(majority, []);
    }

    [NetworkFact]
    public async Task A_network_that_flaps_every_two_seconds_delays_a_job_and_spoils_nothing()
    {
        var run = await RunningAsync();
        await shared.Network.FlapAsync([[run.Master, Next(run.Master, 1)], Others(run.Master, Next(run.Master, 1))], TimeSpan.FromSeconds(10));
        run.Open();
        await run.AssertExactAsync(shared.Nodes.Client, []);
    }

    [NetworkFact]
    public async Task A_network_with_200_ms_of_latency_and_2_percent_of_loss_is_slow_and_not_wrong()
    {
        Assert.Null(SlowLinks.Missing);
        using (var links = new SlowLinks(shared.Network.Hub, Nodes, TimeSpan.FromMilliseconds(200), 0.02, seed: 1))
        {
            var run = await RunningAsync();
            run.Open();
            await shared.Nodes.Client.WaitAsync(run.Job);
            await run.AssertExactAsync(shared.Nodes.Client, []);
            Assert.True(links.Frames.Lost > 0 && links.Frames.Carried > links.Frames.Lost * 20, $"{links.Frames}");
        }
        await shared.Nodes.AwaitMembersAsync(Nodes);
    }

    /// <summary>The master's side is the minority; the last group is the majority.</summary>
    private async Task SplitAsync(Func<int, int[][]> split)
    {
        var run = await RunningAsync();
        var sides = split(run.Master);
        shared.Network.Partition(true, sides);
        using var majority = shared.Nodes.Connect(sides[^1]);
        await NetworkCluster.AwaitMembersAsync(majority, sides[^1].Length);
        run.Open();
        var job = await majority.WaitAsync(run.Job);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        shared.Network.Partition(false, sides);
        await run.AssertExactAsync(majority, [.. sides[..^1].SelectMany(side => side)]);
    }

    private Task<Run> RunningAsync() => Run.BeginAsync(shared);

    private static int Next(int node, int steps) => ((node - 1 + steps) % Nodes) + 1;

    private static int[] Others(params int[] nodes) => [.. All.Except(nodes)];

    /// <summary>A job that has finished some of its map tasks, and has one that waits at a gate.</summary>
    private sealed class Run
    {
        private const int Texts = 12;
        private const int Lines = 400;
        private const int Length = 20 * Lines;

        private readonly Cluster shared;
        private readonly string folder;
        private readonly int[] logsBefore;

        private Run(Cluster shared, int master, string folder)
        {
            (this.shared, Master, this.folder) = (shared, master, folder);
            logsBefore = [.. All.Select(node => shared.Nodes.LogOf(node).Length)];
        }

        public int Master { get; }

        public string Job { get; private set; } = "";

        private string Gate => Path.Combine(folder, "gate");

        private string Output => Path.Combine(folder, "out");

        public static async Task<Run> BeginAsync(Cluster shared)
        {
            shared.Network.MendAll();
            await shared.Nodes.AwaitMembersAsync(Nodes);
            var master = int.Parse((await shared.Nodes.Client.NodesAsync()).Master["node-".Length..], CultureInfo.InvariantCulture);
            var folder = Directory.CreateDirectory(shared.Nodes[$"run-{Guid.NewGuid():n}"]).FullName;
            var run = new Run(shared, master, folder);
            Directory.CreateDirectory(run.Gate);
            var texts = Directory.CreateDirectory(Path.Combine(folder, "texts")).FullName;
            for (var text = 0; text < Texts; text++)
            {
                // Files of one length are splits of their own.
                var words = text == Texts - 1 ? "gate" : string.Join('\n', Enumerable.Range(0, Lines).Select(line => $"word{(line * (text + 7)) % 97} of text{text}"));
                File.WriteAllText(Path.Combine(texts, $"{text:00}"), words.PadRight(Length, '\n'));
            }
            run.Job = (await shared.Nodes.Client.SubmitAsync(new SubmitRequest
            {
                Package = await shared.PackageAsync(),
                Assembly = "MapReduce.TestJobs.dll",
                JobClass = "Gated",
                Inputs = [texts],
                Output = run.Output,
                SplitBytes = Length,
                Partitions = 4,
                Arguments = ["--phase", "map", "--gate", run.Gate],
                ClientToken = folder,
            })).Id;
            var done = 0;
            await foreach (var @event in shared.Nodes.Client.WatchAsync(run.Job))
                if (@event.Event == "AttemptSucceeded" && ++done == Texts / 3) break;
            return run;
        }

        /// <summary>Whether a node has stopped and begun another life since the job was submitted.</summary>
        public bool JoinsAgain(int node) => shared.Nodes.LogOf(node)[logsBefore[node - 1]..].Contains("It joins again.", StringComparison.Ordinal);

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

            await shared.Nodes.AwaitMembersAsync(Nodes);
            Assert.All(All, node => Assert.True(shared.Nodes.IsAlive(node)));
            Assert.All(minority, node => Assert.True(JoinsAgain(node)));
            await AssertOneSideDecidedAsync(client);
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
            var reigns = All.SelectMany(node => ReignBegins().Matches(shared.Nodes.LogOf(node))).Select(reign => long.Parse(reign.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(reigns.Distinct().Count(), reigns.Count);
            Assert.Contains(epochs[^1], reigns);
        }
    }

    [GeneratedRegex(@"Reign (\d+) begins")]
    private static partial Regex ReignBegins();

    /// <summary>The five nodes.</summary>
    public sealed class Cluster : IDisposable
    {
        // Quicker than lan.conf, for machines that share one, and no attempt at a gate is a straggler to be helped.
        private readonly Lazy<NetworkCluster> nodes = new(() => new NetworkCluster(PartitionTests.Nodes,
            "akka.cluster.failure-detector.acceptable-heartbeat-pause = 2s", "akka.cluster.split-brain-resolver.stable-after = 2s", "akka.cluster.split-brain-resolver.down-all-when-unstable = 10s",
            "akka.cluster.seed-node-timeout = 1s", "master.speculation-minimum = 10m"));
        private string? package;

        internal NetworkCluster Nodes => nodes.Value;

        internal Network Network => Nodes.Network;

        internal async Task<string> PackageAsync()
        {
            if (package is not null) return package;
            var zip = Nodes["jobs.zip"];
            await ZipFile.CreateFromDirectoryAsync(Path.GetDirectoryName(Mr.Job("MapReduce.TestJobs"))!, zip, CompressionLevel.Fastest, includeBaseDirectory: false);
            return package = (await Nodes.Client.UploadAsync(zip)).Digest;
        }

        public void Dispose()
        {
            if (nodes.IsValueCreated) nodes.Value.Dispose();
        }
    }
}
