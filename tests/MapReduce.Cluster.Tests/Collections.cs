using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>The tests that share a cluster which each of them harms.</summary>
[CollectionDefinition(KillTests.Shared.Collection)]
public sealed class HarmedCluster : ICollectionFixture<KillTests.Shared>;

/// <summary>The tests that share a cluster which none of them harms.</summary>
[CollectionDefinition(MistakesTests.Shared.Collection)]
public sealed class UnharmedCluster : ICollectionFixture<MistakesTests.Shared>;
