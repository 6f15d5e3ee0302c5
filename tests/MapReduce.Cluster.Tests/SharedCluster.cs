using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A cluster that many tests use and none harms.</summary>
[CollectionDefinition(Name)]
public sealed class SharedCluster : IDisposable, ICollectionFixture<SharedCluster>
{
    /// <summary>What the classes of these tests say that they need.</summary>
    public const string Name = "a cluster that no test harms";

    private readonly Lazy<string> http;

    public SharedCluster() => http = new(() => Mr.Json("cluster", "status", "--cluster", Cluster.State).GetProperty("nodes")[0].GetProperty("http").GetString()!);

    internal RealCluster Cluster { get; } = new();

    internal string Http => http.Value;

    public void Dispose() => Cluster.Dispose();
}
