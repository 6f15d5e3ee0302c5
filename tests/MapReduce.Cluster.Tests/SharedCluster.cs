using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A cluster that many tests use and none harms.</summary>
[CollectionDefinition(Name)]
public sealed class SharedCluster : IDisposable, ICollectionFixture<SharedCluster>
{
    /// <summary>What the classes of these tests say that they need.</summary>
    public const string Name = "a cluster that no test harms";

    private readonly Lazy<string> http;

    public SharedCluster()
    {
        http = new(() => Mr.Json("cluster", "status", "--cluster", Cluster.State).GetProperty("nodes")[0].GetProperty("http").GetString()!);
        // At once: the link is good for some minutes only.
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        Visits = (browser.GetAsync(Cluster.Link).GetAwaiter().GetResult(), browser.GetAsync(Cluster.Link).GetAwaiter().GetResult());
    }

    internal RealCluster Cluster { get; } = new(3, RealCluster.Calm);

    /// <summary>What the link of <c>mr cluster up</c> answers the first time, and the second.</summary>
    internal (HttpResponseMessage First, HttpResponseMessage Second) Visits { get; }

    internal string Http => http.Value;

    public void Dispose() => Cluster.Dispose();
}
