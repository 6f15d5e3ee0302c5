using System.Diagnostics;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Disks that are full, submissions that are repeated, and map functions that are not deterministic.</summary>
public sealed class FaultTests(SharedCluster shared) : IClassFixture<SharedCluster>, IDisposable
{
    private readonly MapReduceClient client = shared.Cluster.Connect(Patience.Limit);

    public void Dispose() => client.Dispose();

    [Theory]
    [InlineData("fail")]
    [InlineData("warn")]
    public async Task A_map_function_that_is_not_deterministic_is_found_out_when_an_output_that_was_read_is_lost(string allowed)
    {
        var gate = Directory.CreateDirectory(shared.Place("gate")).FullName;
        var output = shared.Place("out");
        var id = await shared.SubmitAsync(client, "Restless", shared.Texts("gate", "hold", "hold", "hold", "other", "words", "words"), gate, output, with: request => request with { NonDeterminism = allowed });
        // Each node holds one of three texts, so each has an output in the end.
        await EnteredAsync(gate, 3);
        foreach (var sign in Directory.GetFiles(gate)) File.Delete(sign);
        await File.WriteAllTextAsync(Path.Combine(gate, "hold"), "");
        // One of the two reducers ends, the other has read all and stands at the gate.
        await SharedCluster.AwaitAsync(client, id, @event => @event.Event == "AttemptSucceeded" && @event.Attempt!.StartsWith("s0-r", StringComparison.Ordinal));
        await EnteredAsync(gate, 1);
        var tasks = (await client.TasksAsync(id)).Tasks;
        var busy = tasks.Single(task => task.State == "running").Node;
        var master = (await client.NodesAsync()).Master;
        var victim = tasks.Where(task => task.Task.StartsWith("s0-m", StringComparison.Ordinal)).Select(task => task.Node!).First(node => node != busy && node != master);
        await shared.Cluster.AbortAsync(victim);
        if (allowed == "warn")
        {
            var differs = await SharedCluster.AwaitAsync(client, id, @event => @event.Event == "MapOutputDiffers");
            Assert.Contains("not deterministic", differs.Message, StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        }
        var job = await client.WaitAsync(id);
        await shared.Cluster.AddAsync(victim);
        if (allowed == "warn")
        {
            Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
            Assert.Equal((3, 7), (SharedCluster.Counts(output)["hold"], SharedCluster.Counts(output)["chance"]));
            Assert.Contains((await client.DiagnoseAsync(id)).Findings, finding => finding.Kind == FindingKind.NotDeterministic);
            return;
        }
        Assert.Equal(("failed", "NotDeterministic"), (job.Phase, job.Failure?.Reason));
        Assert.Contains("--non-determinism warn", job.Failure!.Message, StringComparison.Ordinal);
        // The first cause is the mapper, and not the loss that brought it to light.
        var cause = (await client.DiagnoseAsync(id)).Cause!;
        Assert.Equal((FindingKind.NotDeterministic, "NotDeterministic", job.Failure.Task), (cause.Kind, cause.Reason, cause.Task));
        Assert.StartsWith("s0-m", cause.Task, StringComparison.Ordinal);
        Assert.Contains(cause.Node, shared.Cluster.Nodes.Keys.Where(node => node != victim));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!));
    }

    [Fact]
    public async Task A_job_that_defines_itself_otherwise_in_a_later_attempt_fails_with_what_differs()
    {
        var output = shared.Place("out");
        var id = await client.SubmitAsync("MapReduce.TestJobs", shared.Folder, request => request with { JobClass = "LocalDefine", Inputs = [shared.Texts("x")], Output = output });
        var job = await client.WaitAsync(id);
        Assert.Equal(("failed", "NotDeterministic"), (job.Phase, job.Failure?.Reason));
        Assert.Contains("stage 1, channel 1: ", job.Failure!.Message, StringComparison.Ordinal);
        var cause = (await client.DiagnoseAsync(id)).Cause!;
        Assert.Equal((FindingKind.NotDeterministic, "s0-m00000"), (cause.Kind, cause.Task));
        Assert.False(Path.Exists(output));
    }

    [Fact]
    public async Task What_is_submitted_many_times_at_once_is_one_job()
    {
        var before = (await client.JobsAsync()).Total;
        var package = await client.UploadAsync(Repository.Pack("WordCount", shared.Folder));
        var request = new SubmitRequest { Package = package.Digest, Assembly = "WordCount.dll", Inputs = [shared.Texts("once and again")], Output = shared.Place("out"), ClientToken = Guid.NewGuid().ToString("n") };
        var receipts = await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            var node = shared.Cluster.Nodes.Values.ElementAt(number % shared.Cluster.Nodes.Count);
            using var submitter = new MapReduceClient([new Uri(node.Settings.HttpAddress)], shared.Cluster.Token, patience: Patience.Limit);
            return await submitter.SubmitAsync(request);
        }));
        Assert.Single(receipts.Select(receipt => receipt.Id).Distinct());
        // Whoever was answered too late has asked again, the first as well.
        Assert.InRange(receipts.Count(receipt => receipt.Again), 11, 12);
        Assert.Equal("succeeded", (await client.WaitAsync(receipts[0].Id)).Phase);
        Assert.Equal(before + 1, (await client.JobsAsync()).Total);
    }

    [Fact]
    public async Task Each_node_may_be_drained_in_turn_while_jobs_run_and_no_attempt_is_lost()
    {
        var text = Path.Combine(shared.Folder, "drained");
        await File.WriteAllLinesAsync(text, Enumerable.Repeat("one two three", 2000));
        foreach (var node in shared.Cluster.Nodes.Keys.ToList())
        {
            using var user = shared.Cluster.Connect(Patience.Limit);
            var output = shared.Place("out");
            var id = await user.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [text], Output = output, SplitBytes = 1000, Partitions = 3 });
            // A node that has just come may have no slot before the job is over.
            await foreach (var @event in user.WatchAsync(id))
                if (@event.Event == "AttemptSucceeded" && @event.Node == node) break;
            await shared.Cluster.StopAsync(node, Patience.Limit);
            var job = await user.WaitAsync(id);
            Assert.Equal(("succeeded", 0), (job.Phase, job.FailedAttempts));
            Assert.Equal(2000, SharedCluster.Counts(output)["two"]);
            await shared.Cluster.AddAsync(node);
        }
    }

    [DiskFact]
    public async Task A_node_with_a_full_disk_is_quarantined_and_the_others_do_its_work()
    {
        using var disk = new SmallDisk(Path.Combine(shared.Nodes, "full"), "8m");
        await shared.Cluster.AddAsync("full");
        try
        {
            var from = (await client.NodesAsync()).Revision;
            using var patience = new CancellationTokenSource(Patience.Limit);
            List<JobEventDetails> failed = [];
            // A node that has just come may have no slot before the job is over.
            while (failed.Count == 0)
            {
                patience.Token.ThrowIfCancellationRequested();
                var output = shared.Place("out");
                var id = await SubmitLargeAsync(client, shared, output);
                var job = await client.WaitAsync(id);
                Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
                Assert.Equal(16 * 5, SharedCluster.Counts(output)["gate"]);
                failed.AddRange((await SharedCluster.EventsAsync(client, id)).Where(@event => @event.Event == "AttemptFailed"));
            }
            Assert.All(failed, @event => Assert.Equal(("full", "DiskFull"), (@event.Node, @event.Reason)));
            Assert.Contains(disk.Folder, failed[0].Message, StringComparison.Ordinal);
            await foreach (var change in client.WatchClusterAsync(from, patience.Token))
            {
                if (change.Change != "node-quarantined") continue;
                Assert.Equal(("full", "DiskFull"), (change.Node, change.Reason));
                break;
            }
        }
        finally
        {
            await shared.Cluster.AbortAsync("full");
            await GoneAsync("full");
        }
    }

    [DiskFact]
    public async Task A_full_disk_under_the_output_fails_the_job_leaves_nothing_and_blames_no_node()
    {
        using var disk = new SmallDisk(shared.Place("disk"), "256k");
        var id = await client.SubmitAsync("MapReduce.TestJobs", shared.Folder, request => request with
        {
            JobClass = "Gated",
            Inputs = [shared.Texts(string.Join(' ', Enumerable.Range(0, 100_000)))],
            Arguments = ["--phase", "none", "--gate", shared.Folder],
            Output = Path.Combine(disk.Folder, "out"),
            Partitions = 2,
        });
        var job = await client.WaitAsync(id);
        Assert.Equal(("failed", "OutputFull"), (job.Phase, job.Failure?.Reason));
        Assert.Contains(disk.Folder, job.Failure!.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Folder));
        Assert.All((await client.NodesAsync()).Nodes, node => Assert.False(node.Quarantined));
    }

    [DiskFact]
    public async Task Where_all_disks_are_full_the_job_fails_with_that_reason()
    {
        var place = shared.Place("cluster");
        using var disk = new SmallDisk(Path.Combine(place, "node-1"), "8m");
        await using var alone = await MiniCluster.StartAsync(1, place, TestProgram.Settings);
        using var user = alone.Connect(Patience.Limit);
        var output = shared.Place("out");
        var id = await SubmitLargeAsync(user, shared, output);
        var job = await user.WaitAsync(id);
        Assert.Equal(("failed", "DiskFull"), (job.Phase, job.Failure?.Reason));
        Assert.False(Path.Exists(output));
        var cause = (await user.DiagnoseAsync(id)).Cause!;
        Assert.Equal((FindingKind.DiskFull, "node-1", job.Failure!.Task), (cause.Kind, cause.Node, cause.Task));
        Assert.StartsWith(disk.Folder, cause.File, StringComparison.Ordinal);
    }

    /// <summary>Waits until a node is no member any more: to the next test it was never there.</summary>
    private async Task GoneAsync(string node)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await client.NodesAsync(patience.Token)).Nodes.Any(member => member.Name == node)) await pause.WaitForNextTickAsync(patience.Token);
    }

    /// <summary>Waits until so many attempts stand at a gate.</summary>
    private static async Task EnteredAsync(string gate, int count)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (Directory.GetFiles(gate, "entered-*").Length < count) await pause.WaitForNextTickAsync(patience.Token);
    }

    /// <summary>A job each of whose map tasks writes more than a small disk holds.</summary>
    private static async Task<string> SubmitLargeAsync(MapReduceClient client, SharedCluster shared, string output)
    {
        var gate = Directory.CreateDirectory(shared.Place("gate")).FullName;
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        var text = string.Join('\n', Enumerable.Repeat("gate", 5));
        return await shared.SubmitAsync(client, "Gated", shared.Texts([.. Enumerable.Repeat(text, 16)]), gate, output, "spill", request => request with { Memory = 4 << 20 });
    }

    /// <summary>A disk with little room, mounted for a while.</summary>
    private sealed class SmallDisk : IDisposable
    {
        public SmallDisk(string folder, string size)
        {
            Folder = Directory.CreateDirectory(folder).FullName;
            Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", Folder);
        }

        public string Folder { get; }

        // Lazily: a process that is about to end may still hold a file.
        public void Dispose() => Run("umount", "-l", Folder);

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}.");
        }
    }
}

/// <summary>A test that mounts a small disk.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DiskFactAttribute : FactAttribute
{
    public DiskFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Skip = "Needs Linux and root, to mount a small disk.";
    }
}
