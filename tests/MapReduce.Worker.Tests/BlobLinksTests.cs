using System.Net;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>Addresses of other nodes are what these say of themselves.</summary>
public sealed class BlobLinksTests : IDisposable
{
    private static readonly byte[] Package = "a package"u8.ToArray();
    private static readonly string Digest = BlobStore.Digest(Package);

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-links-").FullName;
    private readonly OtherNode other = new();
    private readonly List<string> warnings = [];
    private readonly BlobStore store;

    public BlobLinksTests() => store = new BlobStore(folder);

    public void Dispose()
    {
        other.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://node-3/")]
    public async Task A_holder_that_has_no_address_is_passed_over(string address)
    {
        Assert.Equal(Path.Combine(folder, Digest), await Links().GetAsync(Digest, [address, OtherNode.Address], CancellationToken.None));
        Assert.Equal([$"GET {OtherNode.Address}internal/blobs/{Digest}"], other.Calls);
    }

    [Fact]
    public async Task A_holder_that_has_no_address_is_named_where_nobody_else_has_the_blob()
    {
        var error = await Assert.ThrowsAsync<BlobException>(() => Links().GetAsync(Digest, ["no address"], CancellationToken.None));
        Assert.Equal(BlobError.Missing, error.Error);
        Assert.Contains("no address (is no address of a node)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copies_go_to_those_that_have_an_address()
    {
        store.Put(Package);
        Assert.Equal([OtherNode.Address], await Links("no address", OtherNode.Address, "file:///tmp/").ReplicateAsync(Digest, CancellationToken.None));
        Assert.Equal([$"PUT {OtherNode.Address}internal/blobs/{Digest}"], other.Calls);
        Assert.Equal(2, warnings.Count);
        Assert.Contains(warnings, warning => warning.Contains("'no address'", StringComparison.Ordinal));
    }

    private BlobLinks Links(params string[] peers) => new(store, new NodeLinks(new HttpClient(other, disposeHandler: false), () => peers, _ => "") { Warn = warnings.Add }, 1 << 20);

    /// <summary>A node that has the package, and takes it as well.</summary>
    private sealed class OtherNode : HttpMessageHandler
    {
        public const string Address = "http://node-2/";

        public List<string> Calls { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (Calls) Calls.Add($"{request.Method} {request.RequestUri}");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Package) });
        }
    }
}
