using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Net.Sockets;
using System.Text;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Jobs that want what is not theirs: their executors run as the user of the node, which must not fetch for them what others cannot read.</summary>
public sealed class HostileJobsTests(SharedCluster shared) : IClassFixture<SharedCluster>, IDisposable
{
    private readonly MapReduceClient client = shared.Cluster.Connect(Patience.Limit);

    private string Token => Path.Combine(shared.Nodes, "token");

    public void Dispose() => client.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_executor_only_says_that_it_has_made_is_not_published(bool isLink)
    {
        if (!OperatingSystem.IsLinux()) return;
        var loot = Token;
        if (!isLink)
        {
            loot = shared.Place("secret");
            await File.WriteAllTextAsync(loot, "of the user of the node");
            File.SetUnixFileMode(loot, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var content = await File.ReadAllTextAsync(loot);
        var bytes = Encoding.UTF8.GetBytes(content);
        var output = shared.Place("out");
        string[] arguments = ["--file", loot, "--length", bytes.Length.ToString(CultureInfo.InvariantCulture), "--hash", Convert.ToHexStringLower(XxHash128.Hash(bytes))];
        var id = await client.SubmitAsync("MapReduce.TestJobs", shared.Folder, request => request with
        {
            JobClass = "Forging",
            Inputs = [shared.Texts("one line")],
            Partitions = 1,
            Attempts = 1,
            Output = output,
            Arguments = isLink ? [.. arguments, "--link", Path.GetDirectoryName(output)!] : arguments,
        });
        var job = await client.WaitAsync(id);
        Assert.Equal("failed", job.Phase);
        // Its code has done what it wanted, and the node has looked at what came of that before the job master heard of it.
        Assert.Equal("UserCode", job.Failure!.Reason);
        Assert.Contains("an output file is not where the attempt was to write it", job.Failure.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(output));
        Assert.Equal(content, await File.ReadAllTextAsync(loot));
        Assert.Equal("no-output", (await Assert.ThrowsAsync<ApiException>(() => client.ReadOutputAsync(id, "loot"))).Code);
    }

    [Fact]
    public async Task What_a_link_in_an_output_leads_to_is_not_served()
    {
        if (OperatingSystem.IsWindows()) return;
        var output = shared.Place("out");
        var id = await client.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [shared.Texts("some words")], Partitions = 1, Output = output });
        Assert.Equal("succeeded", (await client.WaitAsync(id)).Phase);
        File.CreateSymbolicLink(Path.Combine(output, "loot"), Token);
        Directory.CreateSymbolicLink(Path.Combine(output, "deep"), shared.Nodes);
        foreach (var name in (string[])["loot", "deep/token"]) Assert.Equal("no-file", (await Assert.ThrowsAsync<ApiException>(() => client.ReadOutputAsync(id, name))).Code);
        // What the job has written is.
        using var part = new StreamReader(await client.ReadOutputAsync(id, "part-00000"));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(output, "part-00000")), await part.ReadToEndAsync());
    }

    [ConfiningFact]
    public async Task A_job_reaches_nothing_of_nodes_and_of_other_programs_and_all_that_it_needs()
    {
        var (node, other) = (Path.Combine(shared.Nodes, "node-1"), Path.Combine(shared.Nodes, "node-2"));
        var journal = Path.Combine(shared.Nodes, "journal.db");
        var key = Directory.GetFiles(Path.Combine(shared.Nodes, "certificates"), "*.key")[0];
        var configuration = Path.Combine(node, "node.conf");
        await File.WriteAllTextAsync(configuration, "mapreduce {}");
        using var program = Process.Start("sleep", "600");
        var call = shared.Place("s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(call));
        listener.Listen(1);
        // What may be: files of the storage, and its own temporary ones.
        var near = shared.Place("near");
        await File.WriteAllTextAsync(near, "of the storage");
        string[] allowed = [$"read {near}", $"append {near}", $"make {near}-2", "temporary", $"list {Path.GetDirectoryName(near)}", "read /proc/self/environ"];
        string[] refused =
        [
            $"read {Token}", $"read {key}", $"read {configuration}", $"read {journal}", $"append {journal}", $"empty {journal}", $"link {journal}",
            $"list {shared.Nodes}", $"list {node}", $"list {other}", $"make {Path.Combine(other, "jobs", "loot")}",
            .. new[] { Environment.ProcessId, program.Id }.SelectMany(process => (string[])
                [$"read /proc/{process}/environ", $"read /proc/{process}/mem", $"read /proc/{process}/fd/0", $"read /proc/{process}/root{Token}", $"signal {process}", $"trace {process}", $"limit {process}"]),
            // With it the socket by which a debugger would come in to the node, were there one.
            $"call {call}", .. Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*").Select(socket => $"call {socket}"),
            $"dial {new Uri(shared.Cluster.Nodes["node-1"].Settings.HttpAddress).Port}",
            "leave", "namespace",
            // Where programs of the user look for what they run.
            $"make {Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".mapreduce-loot")}", "make /usr/mapreduce-loot", "make /etc/mapreduce-loot", "make /dev/shm/mapreduce-loot", "read /etc/shadow",
        ];
        var hostile = await PryAsync([.. allowed, .. refused]);
        var words = shared.Place("words");
        var innocent = await client.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [shared.Texts("some words", "more words")], Output = words });

        var job = await client.WaitAsync(hostile.Job);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        AssertOutcomes(hostile.Output, allowed, refused);
        Assert.False(program.HasExited);
        program.Kill();
        job = await client.WaitAsync(innocent);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        Assert.Equal(new Dictionary<string, long> { ["more"] = 1, ["some"] = 1, ["words"] = 2 }, SharedCluster.Counts(words));
    }

    [ConfiningFact]
    public async Task What_a_job_may_not_reach_fails_it_with_the_reason()
    {
        // By code.
        var job = await client.WaitAsync((await PryAsync([$"fail read {Token}"])).Job);
        Assert.Equal(("failed", "UserCode"), (job.Phase, job.Failure?.Reason));
        Assert.Contains($"Access to the path '{Token}' is denied", job.Failure!.Message, StringComparison.Ordinal);
        // And by name.
        foreach (var (input, output) in ((string, string)[])[(Token, shared.Place("out")), (shared.Texts("words"), Path.Combine(shared.Nodes, "out"))])
        {
            job = await client.WaitAsync(await client.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [input], Output = output }));
            Assert.Equal(("failed", "Definition"), (job.Phase, job.Failure?.Reason));
            Assert.Contains("mapreduce.executor.closed", job.Failure!.Message, StringComparison.Ordinal);
        }
    }

    [ConfiningFact]
    public async Task Programs_that_a_job_starts_count_and_end_with_it()
    {
        var delegating = await client.SubmitAsync("MapReduce.TestJobs", shared.Folder, request => request with { JobClass = "Delegating", Inputs = [shared.Texts("one line")], Attempts = 1, MemoryLimit = 400 << 20, Output = shared.Place("out") });
        var job = await client.WaitAsync(delegating);
        Assert.Equal(("failed", "OutOfMemory"), (job.Phase, job.Failure?.Reason));

        var sign = shared.Place("sign");
        var lingering = await client.SubmitAsync("MapReduce.TestJobs", shared.Folder, request => request with { JobClass = "Lingering", Inputs = [shared.Texts(sign)], Attempts = 1, Output = shared.Place("out") });
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!File.Exists(sign)) await pause.WaitForNextTickAsync(patience.Token);
        var program = (await File.ReadAllTextAsync(sign)).Trim();
        Assert.True(Lives());
        await client.CancelAsync(lingering);
        while (Lives()) await pause.WaitForNextTickAsync(patience.Token);

        bool Lives() => File.Exists($"/proc/{program}/stat") && !File.ReadAllText($"/proc/{program}/stat").Contains(") Z", StringComparison.Ordinal);
    }

    [ConfiningFact]
    public async Task Where_isolation_is_strict_a_job_reaches_its_own_places_only()
    {
        var place = shared.Place("strict");
        await using var strict = await MiniCluster.StartAsync(1, place, "mapreduce.executor.isolation = strict" + TestProgram.Settings);
        using var user = strict.Connect(Patience.Limit);
        var (texts, words) = (shared.Texts("some words", "more words"), shared.Place("words"));
        var counted = await user.WaitAsync(await user.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [texts], Output = words }));
        Assert.Equal((null, "succeeded"), (counted.Failure?.Message, counted.Phase));
        Assert.Equal(new Dictionary<string, long> { ["more"] = 1, ["some"] = 1, ["words"] = 2 }, SharedCluster.Counts(words));

        string[] refused = [$"read {Path.Combine(texts, "000.txt")}", $"append {Path.Combine(words, "_manifest.json")}", $"list {Path.Combine(place, "node-1", "packages")}", $"list {Path.Combine(place, "node-1", "blobs")}", $"read {Path.Combine(place, "token")}"];
        string[] allowed = ["temporary", "read /proc/self/environ"];
        var pry = await PryAsync([.. allowed, .. refused], user);
        counted = await user.WaitAsync(pry.Job);
        Assert.Equal((null, "succeeded"), (counted.Failure?.Message, counted.Phase));
        AssertOutcomes(pry.Output, allowed, refused);
    }

    private static void AssertOutcomes(string output, IReadOnlyList<string> allowed, IReadOnlyList<string> refused)
    {
        var expected = allowed.Select(deed => $"{deed}\tdone").Concat(refused.Select(deed => $"{deed}\trefused"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), Directory.GetFiles(output, "part-*").SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal));
    }

    private async Task<(string Job, string Output)> PryAsync(IReadOnlyList<string> deeds, MapReduceClient? user = null)
    {
        var output = shared.Place("out");
        var input = shared.Place("deeds");
        await File.WriteAllLinesAsync(input, deeds);
        var job = await (user ?? client).SubmitAsync("MapReduce.TestJobs", shared.Folder, request => request with { JobClass = "Prying", Inputs = [input], Partitions = 1, Attempts = 1, Output = output });
        return (job, output);
    }
}
