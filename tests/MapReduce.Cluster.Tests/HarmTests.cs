using System.IO.Compression;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>Jobs whose code does all the harm that it can, beside nodes that are processes, as many at a time as there are slots.</summary>
[Collection(SharedCluster.Name)]
public sealed class HarmTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;
    private RealCluster cluster;

    public HarmTests(SharedCluster shared) => cluster = shared.Cluster;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public Task Code_that_does_harm_fails_its_job_with_the_reason_while_nodes_and_other_jobs_go_on() => HarmAsync((_, _) => Task.CompletedTask);

    // Whoever else keeps the machine busy can make a node late.
    [Fact]
    [Trait("Category", "Check")]
    public async Task Check_code_that_does_harm_makes_no_node_unreachable()
    {
        // The shared cluster waits for a node that stands still, and so would show nothing.
        using var impatient = new RealCluster();
        cluster = impatient;
        var logs = cluster.Nodes.Keys.ToDictionary(node => node, node => cluster.LogOf(node).Length);
        await HarmAsync(async (from, jobs) =>
        {
            await AssertNobodyWasLostAsync(from, jobs);
            Assert.All(logs, log => Assert.DoesNotContain("UNREACHABLE", cluster.LogOf(log.Key)[log.Value..], StringComparison.Ordinal));
        });
    }

    private async Task HarmAsync(Func<long, IReadOnlyCollection<string>, Task> checkAsync)
    {
        var from = (await cluster.Client.NodesAsync()).Revision;
        var archive = Path.Combine(folder, "package.zip");
        ZipFile.CreateFromDirectory(Path.GetDirectoryName(Mr.Job("MapReduce.TestJobs"))!, archive);
        var package = (await cluster.Client.UploadAsync(archive)).Digest;
        var sign = Path.Combine(folder, "sign");
        (string Job, string Reason, string Words)[] harmful =
        [
            ("Deaf", "TimedOut", "no progress"),
            ("Burning", "TimedOut", "no progress"),
            ("Exiting", "ExecutorExited", "code 7"),
            ("Overflowing", "ExecutorExited", "Stack overflow"),
            ("Greedy", "OutOfMemory", "MiB of memory"),
            ("Leaking", "TooManyThreads", "2000 threads"),
        ];
        var jobs = new Dictionary<string, string>();
        foreach (var (job, reason, _) in harmful) jobs[job] = await SubmitAsync(package, job, [sign], reason == "TimedOut" ? 30 : 60);
        await RealCluster.UntilAsync(() => Task.FromResult(File.Exists(sign)));

        var innocent = await SubmitAsync(package, "Talking", ["one", "two"], 60);
        Assert.Equal("succeeded", (await cluster.Client.WaitAsync(innocent)).Phase);

        foreach (var id in jobs.Values) await cluster.Client.WaitAsync(id);
        await Parallel.ForEachAsync(harmful, async (harm, _) => await Task.Run(() => AssertShown(jobs[harm.Job], harm.Reason, harm.Words), CancellationToken.None));
        await checkAsync(from, jobs.Values);
        await RealCluster.UntilAsync(async () => (await cluster.Client.NodesAsync()).Nodes is var nodes && nodes.Count == cluster.Nodes.Count && nodes.All(node => node.State == "up"));
        await AssertEachNodeWorksAsync(package);
    }

    private async Task<string> SubmitAsync(string package, string job, string[] lines, double timeout, long split = 0, params string[] arguments)
    {
        var input = Path.Combine(folder, $"{job}-in");
        await File.WriteAllLinesAsync(input, lines);
        return (await cluster.Client.SubmitAsync(new SubmitRequest
        {
            Package = package,
            Assembly = "MapReduce.TestJobs.dll",
            JobClass = job,
            Inputs = [input],
            Output = Path.Combine(folder, $"{job}-out"),
            Arguments = arguments,
            // To wait out the time of a second one would show no more.
            Attempts = timeout < 60 ? 1 : 2,
            TimeoutSeconds = timeout,
            // On a busy machine many threads may fill the memory before they are counted.
            MemoryLimit = job == "Leaking" ? 0 : 256 << 20,
            SplitBytes = split,
        })).Id;
    }

    /// <summary>What <c>mr job show</c> says of a job, to a person and to a program.</summary>
    private void AssertShown(string job, string reason, string words)
    {
        string[] show = ["job", "show", job, "--cluster", cluster.State];
        var details = Mr.Json(show);
        Assert.Equal(("failed", reason), (details.GetProperty("phase").GetString(), details.GetProperty("failure").GetProperty("reason").GetString()));
        Assert.Contains(words, details.GetProperty("failure").GetProperty("message").GetString(), StringComparison.Ordinal);
        var (code, text, error) = Mr.Run(show);
        Assert.True(code == 0, error);
        Assert.Contains($"reason    {reason} in s0-m00000", text, StringComparison.Ordinal);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    /// <summary>From the beginning to the ends of the jobs no node was lost.</summary>
    private async Task AssertNobodyWasLostAsync(long from, IEnumerable<string> jobs)
    {
        var running = jobs.ToHashSet();
        using var patience = new CancellationTokenSource(Patience.Limit);
        await foreach (var change in cluster.Client.WatchClusterAsync(from, patience.Token))
        {
            Assert.NotEqual("node-lost", change.Change);
            if (change.Change == "job-ended" && running.Remove(change.Job!) && running.Count == 0) break;
        }
    }

    /// <summary>A task stands at a gate on each node at a time, and ends well.</summary>
    private async Task AssertEachNodeWorksAsync(string package)
    {
        var gate = Directory.CreateDirectory(Path.Combine(folder, "gate")).FullName;
        var job = await SubmitAsync(package, "Gated", [.. cluster.Nodes.Keys.Select(_ => "gate")], 60, split: "gate\n".Length, "--phase", "map", "--gate", gate);
        await RealCluster.UntilAsync(() => Task.FromResult(Directory.GetFiles(gate, "entered-*").Length >= cluster.Nodes.Count));
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        Assert.Equal("succeeded", (await cluster.Client.WaitAsync(job)).Phase);
        var mapped = (await cluster.EventsAsync(job)).Where(@event => @event.Event == "AttemptSucceeded" && @event.Attempt!.Contains("-m", StringComparison.Ordinal));
        Assert.Equal(cluster.Nodes.Keys.Order(StringComparer.Ordinal), mapped.Select(@event => @event.Node).Distinct().Order(StringComparer.Ordinal));
    }
}
