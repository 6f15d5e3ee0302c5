using System.Net;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>Copies of blobs on other nodes, which these tests stand for.</summary>
public sealed class BlobCopiesTests : IDisposable
{
    private const string Second = "http://node-2/";
    private const string Third = "http://node-3/";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-worker-").FullName;
    private readonly BlobStore store;
    private readonly string digest;

    public BlobCopiesTests()
    {
        store = new BlobStore(folder);
        digest = store.Put("a package"u8);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_no_other_node_takes_is_not_secure_and_each_is_named_with_its_answer()
    {
        var error = await Assert.ThrowsAsync<BlobException>(() => SecureAsync((_, _) => HttpStatusCode.InsufficientStorage, Second, Third));
        Assert.Equal(BlobError.NotCopied, error.Error);
        Assert.All((string[])[Second, Third], address => Assert.Contains($"{address} (answers 507)", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_refuses_at_first_is_asked_again()
        => Assert.Equal([Second], await SecureAsync((_, request) => request < 3 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.NoContent, Second));

    [Fact]
    public async Task One_other_node_is_enough()
        => Assert.Equal([Third], await SecureAsync((address, _) => address.Host == "node-3" ? HttpStatusCode.NoContent : HttpStatusCode.InsufficientStorage, Second, Third));

    [Fact]
    public async Task The_only_node_has_nobody_to_ask() => Assert.Empty(await SecureAsync((_, _) => HttpStatusCode.InsufficientStorage));

    private Task<IReadOnlyList<string>> SecureAsync(Func<Uri, int, HttpStatusCode> answer, params string[] peers)
        => new BlobLinks(store, new NodeLinks(new HttpClient(new Peers(answer)), () => peers, _ => ""), mostBytes: 1 << 20).SecureAsync(digest, CancellationToken.None);

    /// <summary>The other nodes.</summary>
    /// <param name="answer">What the node at an address answers to the request of a number, from 1.</param>
    private sealed class Peers(Func<Uri, int, HttpStatusCode> answer) : HttpMessageHandler
    {
        private int requests;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage(answer(request.RequestUri!, Interlocked.Increment(ref requests))));
    }
}
