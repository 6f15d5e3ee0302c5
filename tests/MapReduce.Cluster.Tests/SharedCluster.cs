using System.Text.Json;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A cluster that many tests use and none harms.</summary>
[CollectionDefinition(Name)]
public sealed class SharedCluster : IDisposable, ICollectionFixture<SharedCluster>
{
    /// <summary>What the classes of these tests say that they need.</summary>
    public const string Name = "a cluster that no test harms";

    internal RealCluster Cluster { get; } = new();

    internal string Http => JsonDocument.Parse(Mr.Run("cluster", "status", "--cluster", Cluster.State, "--json").Output).RootElement.GetProperty("nodes")[0].GetProperty("http").GetString()!;

    public void Dispose() => Cluster.Dispose();
}
