using System.Net;
using System.Net.Http.Json;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>A node that has no room for more is not the whole cluster.</summary>
public sealed class FullNodesTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task What_one_node_has_no_room_for_another_is_given()
    {
        using var nodes = new Nodes(full: ["node-1", "node-2"]);
        using var client = Client(nodes);
        Assert.Equal("node-3", (await client.UploadFileAsync(file)).Digest);
        Assert.Equal(["node-1", "node-2", "node-3"], nodes.Asked);
    }

    [Fact]
    public async Task Where_none_has_room_each_is_asked_once()
    {
        using var nodes = new Nodes(full: ["node-1", "node-2", "node-3"]);
        using var client = Client(nodes);
        Assert.Equal("full", (await Assert.ThrowsAsync<ApiException>(() => client.UploadFileAsync(file))).Code);
        Assert.Equal(["node-1", "node-2", "node-3"], nodes.Asked);
    }

    private static MapReduceClient Client(Nodes nodes) => new(Enumerable.Range(1, 3).Select(node => new Uri($"http://node-{node}/")), "token", nodes, Patience.Limit);

    private sealed class Nodes(string[] full) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var node = request.RequestUri!.Host;
            Asked.Add(node);
            return Task.FromResult(full.Contains(node)
                ? new HttpResponseMessage(HttpStatusCode.InsufficientStorage) { Content = JsonContent.Create(new ApiError("full", "No room.")) }
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new FileReceipt(node, [])) });
        }
    }
}
