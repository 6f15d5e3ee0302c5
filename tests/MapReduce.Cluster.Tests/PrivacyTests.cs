using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What a cluster keeps is its owner's: the journal has the arguments of jobs in clear.</summary>
[Collection(SharedCluster.Name)]
public sealed class PrivacyTests
{
    private readonly SharedCluster shared;

    public PrivacyTests(SharedCluster shared) => this.shared = shared;

    [Fact]
    public void Nobody_else_looks_into_the_folders_of_a_cluster()
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var folder in Directory.GetDirectories(shared.Cluster.State, "node-*").Append(shared.Cluster.State))
            Assert.Equal((folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), (folder, File.GetUnixFileMode(folder)));
    }
}
