using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Api;
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
    public async Task Who_has_the_token_and_no_certificate_is_told_nothing_that_nodes_tell_each_other()
    {
        using var foreign = Load(new ClusterAuthority(Path.Combine(folder, "foreign")).Issue("rogue", ["127.0.0.1"]));
        foreach (var path in (string[])["internal/vitals", $"internal/blobs/{new string('0', 64)}", $"internal/logs/{Guid.NewGuid()}/s0-m00000-a0", "v1/nodes", "health/live"])
        {
            foreach (var stranger in (HttpClient[])[Peer.WithoutCertificate(Victim.Settings), Peer.Of(Victim.Settings, foreign)])
                using (stranger)
                {
                    stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
                    await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new Uri(Victim.Settings.DataAddress + path)));
                }
        }
    }

    [Fact]
    public async Task What_is_for_nodes_is_not_at_the_port_of_users_nor_the_reverse()
    {
        using var user = new HttpClient();
        using var peer = Peer.Of(Victim.Settings);
        foreach (var http in (HttpClient[])[user, peer]) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
        foreach (var path in (string[])["internal/vitals", "INTERNAL/vitals", "/internal/vitals", "health/%2e%2e/internal/vitals"])
        {
            using var refused = await user.GetAsync(new Uri(Victim.Settings.HttpAddress + path));
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }
        foreach (var path in (string[])["v1/nodes", "health/live", "metrics", ""])
        {
            using var refused = await peer.GetAsync(new Uri(Victim.Settings.DataAddress + path));
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }
        using var answer = await peer.GetAsync(new Uri(Victim.Settings.DataAddress + "internal/vitals"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Whoever_takes_the_port_of_a_node_that_has_died_is_sent_nothing()
    {
        // Long enough for the other to take it for living.
        await using var pair = await MiniCluster.StartAsync(2, Path.Combine(folder, "pair"), "mapreduce.node.roles = [master]\nakka.cluster.failure-detector.acceptable-heartbeat-pause = 1h");
        var dead = pair.Nodes["node-2"].Settings;
        await pair.AbortAsync("node-2");
        using var certificate = Load(new ClusterAuthority(Path.Combine(folder, "impostor")).Issue("node-2", ["127.0.0.1"]));
        using var impostor = new TcpListener(IPAddress.Loopback, dead.DataPort);
        impostor.Start();
        var hearing = HearAsync(impostor, certificate);
        var file = Path.Combine(folder, "secret");
        await File.WriteAllTextAsync(file, "of a job");
        using var client = new MapReduceClient([new Uri(pair.Nodes["node-1"].Settings.HttpAddress)], pair.Token, patience: TimeSpan.FromMilliseconds(1));
        var error = await Assert.ThrowsAsync<ApiException>(() => client.UploadFileAsync(file));
        Assert.Equal("no-copies", error.Code);
        Assert.Contains(dead.DataAddress, error.Message, StringComparison.Ordinal);
        impostor.Stop();
        var (calls, bytes) = await hearing;
        Assert.True(calls > 0);
        Assert.Equal(0, bytes);
    }

    /// <summary>Speaks TLS with whoever calls, and counts what it is told.</summary>
    private static async Task<(int Calls, int Bytes)> HearAsync(TcpListener listener, X509Certificate2 certificate)
    {
        var (calls, bytes) = (0, 0);
        while (true)
        {
            try
            {
                using var socket = await listener.AcceptTcpClientAsync();
                calls++;
                await using var stream = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = true });
                bytes += await stream.ReadAsync(new byte[1024]);
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                // It went away without a word.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // It listens no longer, and says so in another way where nobody was waited for at that moment.
                return (calls, bytes);
            }
        }
    }

    private static X509Certificate2 Load((string Certificate, string Key) files)
    {
        using var pem = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
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
