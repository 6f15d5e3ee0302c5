using System.Net;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>What a node tells those who look after it.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_node_that_is_in_no_cluster_lives_and_is_not_ready()
    {
        var token = Path.Combine(folder, "token");
        await File.WriteAllTextAsync(token, "0123456789abcdef");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        var (certificate, key) = authority.Issue("alone", ["127.0.0.1"]);
        // Nobody is there to found a cluster.
        var overlay = NodeConfiguration.Parse($$"""
            mapreduce {
              node { name = "alone", port = 0, folder = "{{folder}}/alone" }
              cluster.seeds = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"]
              http { port = 0, token-file = "{{token}}", tls = off }
              tls { authority = "{{authority.CertificateFile}}", certificate = "{{certificate}}", key = "{{key}}" }
            }
            """ + TestProgram.Settings, "test");
        var node = await MapReduceNode.StartAsync(NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), overlay, "test").WithFallback(NodeConfiguration.Local)));
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(node.Settings.HttpAddress) };
            using var live = await http.GetAsync(new Uri("health/live", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            using var ready = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("not a member yet", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            await node.AbortAsync();
        }
    }
}
