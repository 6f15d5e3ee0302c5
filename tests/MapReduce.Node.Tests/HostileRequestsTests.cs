using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using MapReduce.Api;
using MapReduce.Node.Configuration;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Requests that want more than they should get: memory, disk, or the way past a check.</summary>
public sealed class HostileRequestsTests(HostileRequestsTests.Shared shared) : IClassFixture<HostileRequestsTests.Shared>, IDisposable
{
    private readonly MapReduceClient client = new([new Uri(shared.Worker.HttpAddress)], shared.Cluster.Token, patience: Patience.Limit);
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = Patience.Limit })
    {
        BaseAddress = new Uri(shared.Worker.HttpAddress),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", shared.Cluster.Token), ExpectContinue = true },
    };

    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
    }

    [Fact]
    public async Task JSON_of_two_MiB_is_refused_before_it_is_read()
    {
        using var response = await http.PostAsync("v1/jobs", new StringContent($"{{\"package\":\"{new string('x', 2 << 20)}\"}}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("package", "null")]
    [InlineData("compression", "null")]
    [InlineData("inputs", "null")]
    [InlineData("arguments", "[\"a\",null]")]
    [InlineData("sideFiles", "{\"a\":null}")]
    public async Task A_submission_with_null_where_something_is_needed_is_refused_with_the_field(string field, string value)
    {
        var fields = new Dictionary<string, string> { ["package"] = "\"p\"", ["assembly"] = "\"job.dll\"", ["output"] = "\"/out\"", [field] = value };
        using var response = await http.PostAsync("v1/jobs", new StringContent($"{{{string.Join(',', fields.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(field, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submission_that_asks_for_too_much_is_refused_with_the_field_its_value_and_the_limit()
    {
        var most = new SubmitRequest
        {
            Package = new string('0', 64),
            Assembly = "job.dll",
            Output = shared["out"],
            Attempts = 100,
            Partitions = 100_000,
            TimeoutSeconds = 604_800,
            Name = new string('n', 200),
            ClientToken = new string('t', 200),
        };
        Assert.Equal("no-package", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(most))).Code);
        (SubmitRequest Request, string Words)[] excessive =
        [
            (most with { Assembly = "../../blobs/00" }, "assembly is '../../blobs/00', and has to be the name of a file that lies directly in the package."),
            (most with { Assembly = "/tmp/evil.dll" }, "assembly is '/tmp/evil.dll', and has to be the name of a file that lies directly in the package."),
            (most with { Attempts = 101 }, "attempts is 101, and may be from 0 to 100."),
            (most with { Attempts = -1 }, "attempts is -1, and may be from 0 to 100."),
            (most with { Partitions = 100_001 }, "partitions is 100001, and may be from 0 to 100000."),
            (most with { TimeoutSeconds = 604_801 }, "timeoutSeconds is 604801, and may be from 0 to 604800."),
            (most with { TimeoutSeconds = 1e300 }, "timeoutSeconds is 1E+300, and may be from 0 to 604800."),
            (most with { Memory = -1 }, "memory is -1, and may not be negative."),
            (most with { MemoryLimit = -1 }, "memoryLimit is -1, and may not be negative."),
            (most with { SplitBytes = -1 }, "splitBytes is -1, and may not be negative."),
            (most with { SkipBadRecords = -1 }, "skipBadRecords is -1, and may not be negative."),
            (most with { Name = new string('n', 201) }, "name has 201 characters, and may have 200."),
            (most with { Name = "\u001b]0;x\a" }, "name has the control character U+001B, and may have none."),
            (most with { ClientToken = new string('t', 201) }, "clientToken has 201 characters, and may have 200."),
        ];
        foreach (var (request, words) in excessive)
        {
            var error = await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(request));
            Assert.Equal(("limit", words), (error.Code, error.Message));
        }
    }

    [Fact]
    public async Task A_package_that_is_refused_leaves_nothing()
    {
        var before = Blobs(shared.Worker);
        Assert.Equal("package", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(Pack("dir", "dir/f")))).Code);
        Assert.Empty(Blobs(shared.Worker).Except(before));
    }

    [Fact]
    public async Task A_package_that_was_sent_as_something_else_is_refused_when_it_is_to_be_one()
    {
        var file = await client.UploadFileAsync(Pack("dir", "dir/f"));
        var request = new SubmitRequest { Package = file.Digest, Assembly = "job.dll", Output = shared["out"] };
        Assert.Equal("package", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(request))).Code);
    }

    [Fact]
    public async Task A_node_that_keeps_twice_what_it_should_takes_no_more()
    {
        var hoard = Hoard(shared.Worker, 'a', (2 * Shared.MostMiB) + 1);
        try
        {
            using var refused = await http.PostAsync("v1/files", Something());
            Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
            Assert.Contains("\"full\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal("full", (await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(Pack("job.dll")))).Code);
        }
        finally
        {
            File.Delete(hoard);
        }
        using var taken = await http.PostAsync("v1/files", Something());
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    private static ByteArrayContent Something() => new("more"u8.ToArray()) { Headers = { ContentType = new("application/octet-stream") } };

    [Fact]
    public async Task A_node_without_slots_removes_what_nobody_needs_as_others_do_and_starts_no_executors()
    {
        var hoard = Hoard(shared.Master, 'b', Shared.MostMiB + 1);
        File.SetLastWriteTimeUtc(hoard, DateTime.UtcNow.AddHours(-1));
        File.SetLastAccessTimeUtc(hoard, DateTime.UtcNow.AddHours(-1));
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (File.Exists(hoard)) await pause.WaitForNextTickAsync(patience.Token);
        Assert.Equal(0, (await client.NodeAsync(shared.Master.Name)).SpareExecutors);
    }

    [Fact]
    public async Task Every_origin_that_a_call_names_has_to_be_the_node_s_own()
    {
        var own = shared.Worker.HttpAddress.TrimEnd('/');
        (string[] Origins, string Answer)[] calls =
        [
            ([], "HTTP/1.1 200"),
            ([own], "HTTP/1.1 200"),
            (["http://evil.example"], "HTTP/1.1 403"),
            (["http://evil.example", own], "HTTP/1.1 403"),
            ([own, "http://evil.example"], "HTTP/1.1 403"),
            (["http://evil.example", "http://evil.example"], "HTTP/1.1 403"),
        ];
        foreach (var (origins, answer) in calls) Assert.StartsWith(answer, await CallAsync(origins), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_who_take_all_connections_of_a_node_keep_nobody_out_who_has_the_token()
    {
        const int MostConnections = 2000;
        var silent = new List<TcpClient>();
        try
        {
            while (silent.Count <= MostConnections)
            {
                silent.Add(new TcpClient());
                await silent[^1].ConnectAsync(shared.Worker.Host, shared.Worker.HttpPort);
            }
            using var answer = await http.GetAsync("v1/nodes");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        finally
        {
            foreach (var socket in silent) socket.Dispose();
        }
    }

    /// <summary>The first line of the answer to a call with such origins, which no client would send.</summary>
    private async Task<string> CallAsync(string[] origins)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(shared.Worker.Host, shared.Worker.HttpPort);
        var lines = string.Concat(origins.Select(origin => $"Origin: {origin}\r\n"));
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/nodes HTTP/1.1\r\nHost: {shared.Worker.Host}:{shared.Worker.HttpPort}\r\nAuthorization: Bearer {shared.Cluster.Token}\r\n{lines}Connection: close\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadLineAsync() ?? "";
    }

    /// <summary>Puts a blob into a node's folder that is only as large as it has to be.</summary>
    private static string Hoard(NodeSettings node, char digit, int mebibytes)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(node.Folder, "blobs")).FullName, new string(digit, 64));
        using var content = File.Create(file);
        content.SetLength((long)mebibytes << 20);
        return file;
    }

    private static string[] Blobs(NodeSettings node) => Path.Combine(node.Folder, "blobs") is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder) : [];

    private string Pack(params string[] names)
    {
        var file = shared[$"{Guid.NewGuid():n}.zip"];
        using var zip = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var name in names)
        {
            using var content = zip.CreateEntry(name).Open();
            content.WriteByte(1);
        }
        return file;
    }

    /// <summary>A cluster of a node with a slot and one that only may be master, both with little room.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        public const int MostMiB = 64;

        private static readonly string Settings = $"""
            mapreduce.retention.packages = {MostMiB}MiB
            mapreduce.worker.inventory-interval = 100ms

            """ + TestProgram.Settings;

        private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

        public MiniCluster Cluster { get; private set; } = null!;

        public NodeSettings Worker { get; private set; } = null!;

        public NodeSettings Master { get; private set; } = null!;

        public string this[string name] => Path.Combine(folder, name);

        public async Task InitializeAsync()
        {
            Cluster = await MiniCluster.StartAsync(1, this["cluster"], Settings);
            Worker = Cluster.Nodes.Values.Single().Settings;
            Master = (await Cluster.AddAsync(more: "mapreduce.node.roles = [master]")).Settings;
        }

        public async Task DisposeAsync()
        {
            await Cluster.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
