using System.Net.Sockets;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Other users of the machine, who know where a cluster without any set-up is, and have none of its certificates.</summary>
public sealed class HostilePeersTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private MiniCluster cluster = null!;

    private MapReduceNode Victim => cluster.Nodes["node-1"];

    public async Task InitializeAsync() => cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), "mapreduce.node.roles = [master]");

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("evil/token")]
    [InlineData("cluster/token")]
    public async Task A_node_with_certificates_of_its_own_is_no_member_whatever_token_it_has(string token)
    {
        var own = Path.Combine(folder, "evil");
        PrivateFiles.MakeFolder(own);
        PrivateFiles.Write(Path.Combine(own, "token"), new string('e', 32));
        var authority = new ClusterAuthority(Path.Combine(own, "certificates"));
        var settings = Joiner.Settings("evil", own, Path.Combine(folder, token), Victim, authority, authority.Issue("evil", ["127.0.0.1"]));
        await Joiner.AssertRefusedAsync(cluster, Victim, settings, "its certificate is not one of this cluster's");
    }

    [Fact]
    public async Task Who_speaks_to_a_node_in_the_clear_is_refused()
    {
        var heard = new HeardLog(Victim.System);
        using var stranger = await SpeakInTheClearAsync();
        await heard.AwaitAsync("not an SSL/TLS record", "Rejected incoming connection from");
    }

    [Fact]
    public async Task Many_who_are_refused_are_counted_in_the_log_and_not_told_one_by_one()
    {
        var counted = new HeardLog(Victim.System).AwaitAsync("more since the line before.");
        while (!counted.IsCompleted) (await SpeakInTheClearAsync()).Dispose();
        await counted;
    }

    private async Task<TcpClient> SpeakInTheClearAsync()
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", Victim.Settings.Port);
        // The length of a message, and as much.
        await socket.GetStream().WriteAsync(new byte[] { 16, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 });
        return socket;
    }
}
