using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Whole clusters in this process; only executors are processes of their own.</summary>
public sealed class MiniClusterTests : IAsyncLifetime
{
    private const string AllOverHttp = "mapreduce.shuffle.short-circuit = off";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private MiniCluster cluster = null!;
    private MapReduceClient client = null!;

    public async Task InitializeAsync()
    {
        cluster = await MiniCluster.StartAsync(3, Path.Combine(folder, "cluster"), AllOverHttp);
        client = cluster.Connect();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_job_runs_and_its_result_can_be_read_and_everything_else_is_gone()
    {
        var id = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(3000)], SplitBytes = 5000, Partitions = 4 });
        var job = await client.WaitAsync(id);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        Assert.Equal((4, 3000L), (job.Stages[0].Reduces, job.InputRecords));
        Assert.True(job.Stages[0].Maps > 4);
        Assert.Equal(3 * 3000, Words().Sum());

        using var part = new StreamReader(await client.ReadOutputAsync(id, "part-00000"));
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "out", "part-00000")), await part.ReadToEndAsync());
        await Assert.ThrowsAsync<ApiException>(() => client.ReadOutputAsync(id, "../token"));
        Assert.Empty(Directory.GetDirectories(folder, ".out.mr-*"));
        var tasks = await client.TasksAsync(id);
        Assert.All(tasks.Tasks, task => Assert.Equal(("done", 1), (task.State, task.Attempts)));
        Assert.Equal(tasks.Total, tasks.Tasks.Count);
    }

    [Fact]
    public async Task Events_come_numbered_without_a_gap_from_any_number_and_from_any_node()
    {
        var id = await client.SubmitAsync("Grep", folder, request => request with { Inputs = [Text(500)], Arguments = ["--pattern", "[a-z]+"], SplitBytes = 2000 });
        var all = new List<JobEventDetails>();
        await foreach (var @event in client.WatchAsync(id)) all.Add(@event);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(number => (long)number), all.Select(@event => @event.Revision));
        Assert.Equal(("EpochClaimed", "JobPublished"), (all[0].Event, all[^1].Event));
        Assert.Equal(2, all.Count(@event => @event.Event == "StagePlanned"));
        foreach (var node in cluster.Nodes.Values)
        {
            using var other = new MapReduceClient([new Uri(node.Settings.HttpAddress)], cluster.Token);
            var rest = new List<JobEventDetails>();
            await foreach (var @event in other.WatchAsync(id, 5)) rest.Add(@event);
            Assert.Equal(all.Skip(5), rest);
        }
    }

    [Fact]
    public async Task The_same_client_token_is_the_same_job()
    {
        var first = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(10)], ClientToken = "mine" });
        var again = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(10)], ClientToken = "mine" });
        Assert.Equal(first, again);
        Assert.Equal("succeeded", (await client.WaitAsync(first)).Phase);
        Assert.Equal(1, (await client.JobsAsync()).Total);
    }

    [Fact]
    public async Task A_job_survives_the_loss_of_any_node()
    {
        var text = Text(3000);
        foreach (var victim in (string[])["node-2", "node-1"])
        {
            var output = Path.Combine(folder, $"out-{victim}");
            var id = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [text], SplitBytes = 1000, Partitions = 3, Output = output });
            await foreach (var @event in client.WatchAsync(id))
                if (@event.Event == "AttemptSucceeded" && @event.Node == victim) break;
            await cluster.AbortAsync(victim);
            Assert.Equal("succeeded", (await client.WaitAsync(id)).Phase);
            Assert.Equal(3 * 3000, Words(output).Sum());
            await cluster.AddAsync(victim);
        }
    }

    [Fact]
    public async Task A_node_that_is_told_to_leave_finishes_its_work_first()
    {
        var id = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(3000)], SplitBytes = 1000, Partitions = 3 });
        await foreach (var @event in client.WatchAsync(id))
            if (@event.Event == "AttemptSucceeded") break;
        await cluster.StopAsync("node-3", TimeSpan.FromSeconds(60));
        var job = await client.WaitAsync(id);
        Assert.Equal(("succeeded", 0), (job.Phase, job.FailedAttempts));
    }

    [Fact]
    public async Task A_job_that_is_cancelled_leaves_nothing()
    {
        var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Endless" });
        await foreach (var @event in client.WatchAsync(id))
            if (@event is { Event: "AttemptStarted", Attempt: "s0-m00000-a0" }) break;
        await client.CancelAsync(id);
        Assert.Equal("cancelled", (await client.WaitAsync(id)).Phase);
        Assert.False(Path.Exists(Path.Combine(folder, "out")));
        Assert.Empty(Directory.GetDirectories(folder, ".out.mr-*"));
        await client.DeleteAsync(id);
        var unknown = await Assert.ThrowsAsync<ApiException>(async () =>
        {
            while (true) await client.JobAsync(id);
        });
        Assert.Equal("unknown-job", unknown.Code);
    }

    [Theory]
    [InlineData("Exiting", "ExecutorExited", "code 7")]
    [InlineData("Overflowing", "ExecutorExited", "Stack overflow")]
    [InlineData("Deaf", "TimedOut", "no progress")]
    [InlineData("Greedy", "OutOfMemory", "MiB of memory")]
    [InlineData("ThrowingMapper", "UserCode", "offset 0")]
    public async Task Code_that_does_harm_fails_its_job_with_the_reason_and_nothing_else(string harmful, string reason, string words)
    {
        var input = Path.Combine(folder, "harmful");
        File.WriteAllText(input, harmful == "Deaf" ? Path.Combine(folder, "sign") + "\n" : "bad\n");
        var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with
        {
            JobClass = harmful,
            Inputs = [input],
            Attempts = 2,
            TimeoutSeconds = 3,
            MemoryLimit = 400 << 20,
            Output = Path.Combine(folder, "harm"),
        });
        var good = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(100)] });
        Assert.Equal("succeeded", (await client.WaitAsync(good)).Phase);
        var job = await client.WaitAsync(id);
        Assert.Equal(("failed", reason), (job.Phase, job.Failure?.Reason));
        Assert.Contains(words, job.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(2, job.FailedAttempts);
        Assert.All((await client.NodesAsync()).Nodes, node => Assert.Equal("up", node.State));
    }

    [Fact]
    public async Task What_user_code_writes_is_the_log_of_its_attempt()
    {
        var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Talking", Inputs = [Text(2)] });
        await client.WaitAsync(id);
        var log = await client.LogAsync(id, "s0-m00000-a0");
        Assert.Contains("saw one two 0\n", log, StringComparison.Ordinal);
        Assert.Contains("with concern\n", log, StringComparison.Ordinal);
        Assert.Equal("unknown-attempt", (await Assert.ThrowsAsync<ApiException>(() => client.LogAsync(id, "../../token"))).Code);
    }

    [Fact]
    public async Task Packages_that_climb_out_or_swell_or_are_none_are_refused()
    {
        var evil = Path.Combine(folder, "evil.zip");
        using (var zip = ZipFile.Open(evil, ZipArchiveMode.Create))
        await using (var stream = zip.CreateEntry("../../escaped.dll").Open()) stream.WriteByte(1);
        Assert.Contains("leads out", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(evil))).Message, StringComparison.Ordinal);

        var bomb = Path.Combine(folder, "bomb.zip");
        using (var zip = ZipFile.Open(bomb, ZipArchiveMode.Create))
        await using (var stream = zip.CreateEntry("zeros").Open())
            for (var i = 0; i < 1100; i++) await stream.WriteAsync(new byte[1 << 20]);
        Assert.Equal("too-large", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(bomb))).Code);

        var none = Path.Combine(folder, "none.zip");
        File.WriteAllText(none, "not a zip");
        Assert.Equal("package", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(none))).Code);
    }

    [Fact]
    public async Task Mistakes_are_refused_with_the_next_step()
    {
        var id = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(10)], Name = "counting" });
        await client.WaitAsync(id);
        Assert.Contains("Did you mean 'counting'", (await Assert.ThrowsAsync<ApiException>(() => client.JobAsync("countin"))).Message, StringComparison.Ordinal);
        Assert.Equal("output-exists", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(10)] }))).Code);
        Assert.Equal("path", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync("WordCount", folder, request => request with { Inputs = ["here.txt"] }))).Code);
        Assert.Equal("no-package", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(new SubmitRequest { Package = new string('0', 64), Assembly = "x.dll", Output = folder + "/o" }))).Code);
        var missing = await client.WaitAsync(await client.SubmitAsync("WordCount", folder, request => request with { Inputs = ["/nowhere/at/all"], Output = folder + "/other" }));
        Assert.Equal("BadInput", missing.Failure?.Reason);
    }

    [Theory]
    [InlineData("v1/nodes", null, null, null, HttpStatusCode.Unauthorized)]
    [InlineData("v1/nodes", "wrong", null, null, HttpStatusCode.Unauthorized)]
    [InlineData("v1/nodes", "right", "evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("v1/nodes", "right", null, "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("internal/blobs/00", "right", null, null, HttpStatusCode.Unauthorized)]
    [InlineData("v1/nodes", "right", null, null, HttpStatusCode.OK)]
    [InlineData("metrics", "right", null, null, HttpStatusCode.OK)]
    [InlineData("health/live", null, null, null, HttpStatusCode.OK)]
    [InlineData("health/ready", null, null, null, HttpStatusCode.OK)]
    public async Task Nobody_gets_in_without_the_token_or_from_elsewhere(string path, string? token, string? host, string? origin, HttpStatusCode status)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, cluster.Nodes["node-1"].Settings.HttpAddress + path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token == "right" ? cluster.Token : token);
        if (host is not null) request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        using var response = await http.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
    }

    private string Text(int lines)
    {
        var path = Path.Combine(folder, $"text-{lines}");
        File.WriteAllLines(path, Enumerable.Range(0, lines).Select(line => $"one two {(lines == 2 ? line.ToString(System.Globalization.CultureInfo.InvariantCulture) : "three")}"));
        return path;
    }

    private IEnumerable<long> Words(string? output = null)
        => Directory.GetFiles(output ?? Path.Combine(folder, "out"), "part-*").SelectMany(File.ReadAllLines).Select(line => long.Parse(line.Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture));
}
