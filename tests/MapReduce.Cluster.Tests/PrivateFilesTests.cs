using System.Runtime.Versioning;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What <c>mr cluster up</c> keeps of a cluster.</summary>
[Collection(SharedCluster.Name)]
public sealed class PrivateFilesTests(SharedCluster shared)
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Its_folders_and_secrets_are_for_their_owner_only()
    {
        var state = shared.Cluster.State;
        foreach (var path in (string[])[state, Path.Combine(state, "node-1"), Path.Combine(state, "certificates"), Path.Combine(state, "token"), .. Directory.GetFiles(Path.Combine(state, "certificates"), "*.key")])
            Assert.True((File.GetUnixFileMode(path) & Others) == UnixFileMode.None, path);
    }

    [Fact]
    public void Each_node_has_a_certificate_and_no_key_but_its_own()
    {
        foreach (var node in shared.Cluster.Nodes.Keys)
        {
            var settings = File.ReadAllText(Path.Combine(shared.Cluster.State, node, "node.conf"));
            Assert.Contains($"key = \"{Path.Combine(shared.Cluster.State, "certificates", $"{node}.key")}\"", settings, StringComparison.Ordinal);
            Assert.DoesNotContain("authority.key", settings, StringComparison.Ordinal);
        }
    }
}
