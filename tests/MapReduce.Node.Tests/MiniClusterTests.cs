using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using MapReduce.Api;
using MapReduce.Node.Security;
using MapReduce.Protocol.Work;
using MapReduce.Worker;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Whole clusters in this process; only executors are processes of their own.</summary>
public sealed partial class MiniClusterTests(MiniClusterTests.Shared shared) : IClassFixture<MiniClusterTests.Shared>, IAsyncLifetime
{
    /// <summary>All segments travel over HTTP; and an attempt that stands at a gate is no straggler to be helped.</summary>
    private const string Settings = """
        mapreduce.shuffle.short-circuit = off
        mapreduce.master.speculation-minimum = 10m
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly MiniCluster cluster = shared.Cluster;
    private MapReduceClient client = null!;

    public async Task InitializeAsync()
    {
        // What a test has ended is there again before the next.
        foreach (var node in Shared.Nodes.Except(cluster.Nodes.Keys).ToList()) await cluster.AddAsync(node);
        client = cluster.Connect(Patience.Limit);
    }

    public Task DisposeAsync()
    {
        client.Dispose();
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_job_runs_and_its_result_can_be_read_and_everything_else_is_gone()
    {
        var id = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(3000)], Output = $"file://{folder}/out", SplitBytes = 5000, Partitions = 4 });
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
        var before = (await client.JobsAsync()).Total;
        var text = Text(10);
        var first = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [text], ClientToken = "mine" });
        var again = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [text], ClientToken = "mine" });
        Assert.Equal(first, again);
        Assert.Equal("succeeded", (await client.WaitAsync(first)).Phase);
        Assert.Equal(before + 1, (await client.JobsAsync()).Total);
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
    public async Task A_node_that_comes_back_offers_the_map_outputs_that_it_still_has()
    {
        const int Maps = 9;
        var gate = Directory.CreateDirectory(Path.Combine(folder, "gate")).FullName;
        var texts = Directory.CreateDirectory(Path.Combine(folder, "texts")).FullName;
        for (var map = 0; map < Maps; map++) File.WriteAllText(Path.Combine(texts, $"{map}.txt"), map < 3 ? $"gate{map}" : "words");
        var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Gated", Inputs = [texts], SplitBytes = 5, Partitions = 2, Arguments = ["--phase", "map", "--gate", gate] });
        // Each node stands at a gate. One is let through, and makes all other map outputs; then it is away, and nobody has a slot to make them again.
        var held = new Dictionary<string, int>();
        await foreach (var @event in client.WatchAsync(id))
            if (@event is { Event: "AttemptStarted", Attempt: ['s', '0', '-', 'm', .. var map, '-', 'a', _] } && held.TryAdd(@event.Node!, int.Parse(map, System.Globalization.CultureInfo.InvariantCulture)) && held.Count == 3) break;
        var victim = held.Keys.First(node => node != "node-1");
        await File.WriteAllTextAsync(Path.Combine(gate, $"gate{held[victim]}"), "");
        await EventsAsync(id, "AttemptSucceeded", Maps - 2);
        await cluster.AbortAsync(victim);
        await EventsAsync(id, "MapOutputLost", Maps - 2);
        await cluster.AddAsync(victim);
        await EventsAsync(id, "MapOutputFound", 1);
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        Assert.Equal("succeeded", (await client.WaitAsync(id)).Phase);
        Assert.Equal(Maps, Words().Sum());
    }

    /// <summary>Waits until the job has told so many times of such an event of a map.</summary>
    private async Task EventsAsync(string job, string name, int count)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await foreach (var @event in client.WatchAsync(job, cancellation: patience.Token))
            if (@event.Event == name && @event.Attempt?.Contains("-m", StringComparison.Ordinal) == true && --count == 0) return;
        Assert.Fail($"The job ended without so many events {name}.");
    }

    [Fact]
    public async Task A_node_that_is_told_to_leave_finishes_its_work_first()
    {
        var id = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(3000)], SplitBytes = 1000, Partitions = 3 });
        await EventsAsync(id, "AttemptSucceeded", 1);
        await cluster.StopAsync("node-3", Patience.Limit);
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
    [InlineData("Leaving", "ExecutorExited", "code 7")]
    [InlineData("Overflowing", "ExecutorExited", "Stack overflow")]
    [InlineData("Deaf", "TimedOut", "no progress")]
    [InlineData("Greedy", "OutOfMemory", "MiB of memory")]
    [InlineData("Burning", "TimedOut", "no progress")]
    [InlineData("Leaking", "TooManyThreads", "2000 threads")]
    [InlineData("ThrowingMapper", "UserCode", "offset 0")]
    public async Task Code_that_does_harm_fails_its_job_with_the_reason_and_nothing_else(string harmful, string reason, string words)
    {
        var input = Path.Combine(folder, "harmful");
        var sign = Path.Combine(folder, "sign");
        File.WriteAllText(input, harmful is "Deaf" or "Leaving" ? sign + "\n" : "bad\n");
        var from = (await client.NodesAsync()).Revision;
        var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with
        {
            JobClass = harmful,
            Inputs = [input],
            Attempts = 2,
            TimeoutSeconds = reason == "TimedOut" ? 3 : 600,
            MemoryLimit = 400 << 20,
            Output = Path.Combine(folder, "harm"),
        });
        var good = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text(100)] });
        Assert.Equal("succeeded", (await client.WaitAsync(good)).Phase);
        var job = await client.WaitAsync(id);
        Assert.Equal(("failed", reason), (job.Phase, job.Failure?.Reason));
        Assert.Contains(words, job.Failure!.Message, StringComparison.Ordinal);
        // To load and plan the job takes time, too, of which there are three seconds for those that are to run out of it.
        Assert.InRange(job.FailedAttempts, 2, reason == "TimedOut" ? 3 : 2);
        // What the code has left behind is gone, too.
        if (harmful == "Leaving") Assert.All(await File.ReadAllLinesAsync(sign), program => Assert.True(!File.Exists($"/proc/{program}/stat") || File.ReadAllText($"/proc/{program}/stat").Contains(") Z", StringComparison.Ordinal)));
        Assert.All((await client.NodesAsync()).Nodes, node => Assert.Equal("up", node.State));
        // And all the time until then no node was lost.
        using var patience = new CancellationTokenSource(Patience.Limit);
        await foreach (var change in client.WatchClusterAsync(from, patience.Token))
        {
            Assert.NotEqual("node-lost", change.Change);
            if (change.Change == "job-ended" && change.Job == id) break;
        }
    }

    [Fact]
    public async Task A_job_whose_dependency_is_another_version_than_ours_gets_its_own()
    {
        Assert.NotEqual(1, typeof(IMessage).Assembly.GetName().Version!.Major);
        var job = await client.WaitAsync(await client.SubmitAsync("MapReduce.ConflictingJob", folder, request => request with { Inputs = [Text(3)] }));
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        Assert.Equal(new Dictionary<string, long> { ["1.0.0.0"] = 3 }, SharedCluster.Counts(Path.Combine(folder, "out")));
    }

    [Fact]
    public async Task The_logs_of_a_job_that_is_deleted_go_from_all_nodes()
    {
        var texts = Directory.CreateDirectory(Path.Combine(folder, "texts")).FullName;
        for (var map = 0; map < 9; map++) File.WriteAllText(Path.Combine(texts, $"{map}.txt"), "words");
        var (kept, deleted) = (await TalkAsync("kept"), await TalkAsync("deleted"));
        var before = await WithLogsAsync(deleted, count => count > 0);
        Assert.NotEmpty(before);
        await client.DeleteAsync(deleted);
        Assert.Empty(await WithLogsAsync(deleted, count => count == 0));
        Assert.NotEmpty(await WithLogsAsync(kept, _ => true));

        async Task<string> TalkAsync(string output)
        {
            var id = await client.SubmitAsync("MapReduce.TestJobs", folder, request => request with { JobClass = "Talking", Inputs = [texts], SplitBytes = 5, Output = Path.Combine(folder, output) });
            Assert.Equal("succeeded", (await client.WaitAsync(id)).Phase);
            return id;
        }

        // Each round is a question to the master, which gives the nodes time to do as they were told.
        async Task<List<string>> WithLogsAsync(string job, Func<int, bool> wanted)
        {
            using var patience = new CancellationTokenSource(Patience.Limit);
            while (true)
            {
                var found = cluster.Nodes.Where(node => Directory.Exists(new NodeFolders(node.Value.Settings.Folder).LogsOf(job))).Select(node => node.Key).ToList();
                if (wanted(found.Count)) return found;
                await client.JobsAsync(cancellation: patience.Token);
            }
        }
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
    [InlineData("internal/vitals", "right", null, null, HttpStatusCode.NotFound)]
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

    [Fact]
    public async Task A_token_for_a_job_s_data_that_has_expired_is_refused()
    {
        foreach (var (clock, status) in ((TimeProvider, HttpStatusCode)[])[(new HourAgo(), HttpStatusCode.Forbidden), (TimeProvider.System, HttpStatusCode.Conflict)])
        {
            var node = cluster.Nodes["node-1"].Settings;
            using var http = Peer.Of(node);
            using var request = new HttpRequestMessage(HttpMethod.Post, node.DataAddress + "internal/segments");
            request.Headers.Add(NodeLinks.JobTokenHeader, new Tokens(cluster.Token, clock).ForJob("some"));
            // Who gets past the token is then told that the epoch is over.
            request.Content = new ByteArrayContent(new SegmentsRequest { Job = "some", Epoch = 0 }.ToByteArray());
            using var response = await http.SendAsync(request);
            Assert.Equal(status, response.StatusCode);
        }
    }

    private sealed class HourAgo : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow().AddHours(-1);
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Nodes["node-2"].Settings.HttpAddress), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token) } };
        using var document = JsonDocument.Parse(await http.GetStringAsync("openapi/v1.json"));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => (Path: path.Name, Method: operation.Name, Operation: operation.Value)).ToList();
        Assert.Equal(
            ["CancelJob", "DeleteJob", "DiagnoseJob", "DrainNode", "GetCluster", "GetJob", "GetLog", "GetNode", "GetOrder", "ListAttempts", "ListAudit", "ListFailures", "ListJobs", "ListNodes", "ListTasks", "ReadBlob", "ReadOutput", "ReadSegment", "SubmitJob", "UploadFile", "UploadPackage", "WatchCluster", "WatchJob", "WatchOverview"],
            operations.Select(operation => operation.Operation.GetProperty("operationId").GetString()).Order(StringComparer.Ordinal));
        Assert.All(operations, operation => Assert.Equal(
            operation.Path.Split('{').Skip(1).Select(part => part.Split('}')[0].TrimStart('*')),
            Parameters(operation.Operation, "path")));
        Assert.Equal(["from", "mine", "search", "phase", "owner"], Parameters(operations.Single(operation => operation.Path == "/v1/jobs" && operation.Method == "get").Operation, "query"));
        // What a node answers is what the document says.
        using var nodes = JsonDocument.Parse(await http.GetStringAsync("v1/nodes"));
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        Assert.Equal(Names(schemas.GetProperty("NodeDetails").GetProperty("properties")), Names(nodes.RootElement.GetProperty("nodes")[0]));

        static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal);

        static IEnumerable<string?> Parameters(JsonElement operation, string place) => !operation.TryGetProperty("parameters", out var all)
            ? []
            : all.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == place).Select(parameter => parameter.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Where_an_error_names_a_description_there_is_one()
    {
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Nodes["node-1"].Settings.HttpAddress), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token) } };
        using var response = await http.PostAsync("v1/jobs", new StringContent("{\"package\":", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var address = Regex.Match(error.RootElement.GetProperty("message").GetString()!, "See (/[^ ]*[^ .])").Groups[1].Value;
        using var description = JsonDocument.Parse(await http.GetStringAsync(address));
        Assert.True(description.RootElement.GetProperty("paths").TryGetProperty("/v1/jobs", out _));
    }

    private string Text(int lines)
    {
        var path = Path.Combine(folder, $"text-{lines}");
        File.WriteAllLines(path, Enumerable.Range(0, lines).Select(line => $"one two {(lines == 2 ? line.ToString(System.Globalization.CultureInfo.InvariantCulture) : "three")}"));
        return path;
    }

    private IEnumerable<long> Words(string? output = null)
        => Directory.GetFiles(output ?? Path.Combine(folder, "out"), "part-*").SelectMany(File.ReadAllLines).Select(line => long.Parse(line.Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A cluster that all of these tests use.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

        public static IReadOnlyList<string> Nodes { get; } = ["node-1", "node-2", "node-3"];

        public MiniCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            foreach (var variable in (string[])[NamedVariable, OtherVariable]) Environment.SetEnvironmentVariable(variable, "set");
            Cluster = await MiniCluster.StartAsync(Nodes.Count, Path.Combine(folder, "cluster"), Settings + TestProgram.Settings + $"mapreduce.executor.environment = [{NamedVariable}]");
        }

        public async Task DisposeAsync()
        {
            await Cluster.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
