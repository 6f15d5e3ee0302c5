using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>A node that is none of a cluster, and asks it to be let in.</summary>
internal static class Joiner
{
    /// <summary>Its settings.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="token">The file of its token.</param>
    /// <param name="seed">The node that it asks.</param>
    /// <param name="authority">Whom it trusts.</param>
    /// <param name="files">Its certificate and key. It is at 127.0.0.1.</param>
    public static NodeSettings Settings(string name, string folder, string token, MapReduceNode seed, ClusterAuthority authority, (string Certificate, string Key) files)
    {
        var overlay = NodeConfiguration.Parse($$"""
            mapreduce {
              node { name = {{name}}, port = 0, folder = "{{folder}}", roles = [master] }
              cluster.seeds = ["127.0.0.1:{{seed.Settings.Port}}"]
              http { port = 0, token-file = "{{token}}", tls = off }
              tls { authority = "{{authority.CertificateFile}}", certificate = "{{files.Certificate}}", key = "{{files.Key}}" }
            }
            """, name);
        return NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), overlay, name).WithFallback(NodeConfiguration.Local));
    }

    /// <summary>Starts it, waits until the node that it asks says why it is refused, and looks whether it is a member.</summary>
    public static async Task AssertRefusedAsync(MiniCluster cluster, MapReduceNode seed, NodeSettings settings, string refusal)
    {
        var heard = new HeardLog(seed.System);
        var joiner = await MapReduceNode.StartAsync(settings);
        try
        {
            await heard.AwaitAsync(refusal);
            using var client = cluster.Connect(Patience.Limit);
            Assert.DoesNotContain(settings.Name, (await client.NodesAsync()).Nodes.Select(node => node.Name));
            Assert.False(joiner.Ready.IsCompleted);
        }
        finally
        {
            await joiner.AbortAsync();
        }
    }
}
