using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A cluster that each test harms, and makes whole again before it begins (<see cref="RealCluster.Heal"/>).</summary>
[CollectionDefinition(Name)]
public sealed class HarmedCluster : IDisposable, ICollectionFixture<HarmedCluster>
{
    /// <summary>What the classes of these tests say that they need.</summary>
    public const string Name = "a cluster that tests harm";

    internal RealCluster Cluster { get; } = new(3, "master.speculation-minimum=10m");

    public void Dispose() => Cluster.Dispose();
}
