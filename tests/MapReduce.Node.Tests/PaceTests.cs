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
        Assert.Equal("owner calls more often than this node takes.", await UntilRefusedAsync("v1/jobs", cluster.Token));
        Assert.Equal(HttpStatusCode.OK, await CallAsync("v1/jobs", other));
        Assert.Equal("This address calls more often than this node takes.", await UntilRefusedAsync("health/live", null));
        using var client = cluster.Connect(Patience.Limit);
        for (var call = 0; call < 4; call++) await client.JobsAsync();
    }

    private async Task<string> UntilRefusedAsync(string path, string? token)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            using var request = Request(path, token);
            using var response = await http.SendAsync(request, patience.Token);
            if (response.StatusCode != HttpStatusCode.TooManyRequests) continue;
            Assert.NotNull(response.Headers.RetryAfter);
            var error = System.Text.Json.JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(patience.Token), ApiJson.Default.ApiError)!;
            Assert.Equal("pace", error.Code);
            return error.Message[..(error.Message.IndexOf('.', StringComparison.Ordinal) + 1)];
        }
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
