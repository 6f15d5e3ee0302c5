using System.Net;
using System.Net.Http.Headers;
using MapReduce.Api;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>How often callers may call.</summary>
public sealed class PaceTests : IAsyncLifetime
{
    private const string Settings = "mapreduce.http.pace { user = 1, stranger = 1, burst = 2 }\n";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private MiniCluster cluster = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), Settings + TestProgram.Settings);
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(cluster.Nodes.Values.Single().Settings.HttpAddress), Timeout = Patience.Limit };
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Who_calls_too_often_is_told_to_wait_and_others_are_served()
    {
        var other = User.NewToken();
        new UserFile([new User("ann", Roles.View, User.DigestOf(other), DateTimeOffset.UtcNow.AddHours(1))]).Write(Path.Combine(folder, "cluster", UserFile.Name));
        Assert.Equal("owner calls more often than this node takes, or has more calls open.", await UntilRefusedAsync("openapi/v1.json", cluster.Token));
        Assert.Equal(HttpStatusCode.OK, await CallAsync("openapi/v1.json", other));
        Assert.Equal("This address calls more often than this node takes, or has more calls open.", await UntilRefusedAsync("health/live", null));
        using var client = cluster.Connect(Patience.Limit);
        for (var call = 0; call < 4; call++) await client.JobsAsync();
    }

    [Fact]
    public async Task Who_has_too_many_calls_open_is_told_so_until_one_of_them_ends()
    {
        await using var open = await MiniCluster.StartAsync(1, Path.Combine(folder, "open"), "mapreduce.http.pace.open = 2\n" + TestProgram.Settings);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(open.Nodes.Values.Single().Settings.HttpAddress), Timeout = Patience.Limit };
        var streams = new List<HttpResponseMessage>();
        for (var stream = 0; stream < 2; stream++)
        {
            using var watch = Request("v1/cluster/events", open.Token);
            streams.Add(await client.SendAsync(watch, HttpCompletionOption.ResponseHeadersRead));
        }
        Assert.All(streams, stream => Assert.Equal(HttpStatusCode.OK, stream.StatusCode));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync());
        streams[0].Dispose();
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await StatusAsync() != HttpStatusCode.OK) await pause.WaitForNextTickAsync(patience.Token);
        streams[1].Dispose();

        async Task<HttpStatusCode> StatusAsync()
        {
            using var request = Request("openapi/v1.json", open.Token);
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
    }

    private async Task<string> UntilRefusedAsync(string path, string? token)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            // At once, or a machine that is slow never calls too often.
            var responses = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SendAsync(path, token, patience.Token)));
            using var response = responses.FirstOrDefault(response => response.StatusCode == HttpStatusCode.TooManyRequests);
            if (response is null) continue;
            Assert.NotNull(response.Headers.RetryAfter);
            var error = System.Text.Json.JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(patience.Token), ApiJson.Default.ApiError)!;
            Assert.Equal("pace", error.Code);
            return error.Message[..(error.Message.IndexOf('.', StringComparison.Ordinal) + 1)];
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string? token, CancellationToken cancellation)
    {
        using var request = Request(path, token);
        return await http.SendAsync(request, cancellation);
    }

    private async Task<HttpStatusCode> CallAsync(string path, string? token)
    {
        using var request = Request(path, token);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(string path, string? token)
        => new(HttpMethod.Get, path) { Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) } };
}
