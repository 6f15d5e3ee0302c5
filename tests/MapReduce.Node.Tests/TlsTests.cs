using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>A cluster whose nodes know each other by certificates.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private ClusterAuthority authority = null!;
    private MiniCluster cluster = null!;

    public async Task InitializeAsync()
    {
        authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        cluster = await MiniCluster.StartAsync(3, Path.Combine(folder, "cluster"), $"mapreduce.shuffle.short-circuit = off\n{Tls(authority, "node", "127.0.0.1")}");
    }

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_job_runs_over_TLS_and_who_has_no_certificate_or_a_foreign_one_is_refused()
    {
        File.WriteAllText(Path.Combine(folder, "text"), string.Concat(Enumerable.Repeat("one two three\n", 500)));
        using var client = new MapReduceClient(cluster.Nodes.Values.Select(node => new Uri(node.Settings.HttpAddress)), cluster.Token, Trusting());
        var job = await client.WaitAsync(await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Path.Combine(folder, "text")], SplitBytes = 1000, Partitions = 3 }));
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));

        var node = cluster.Nodes["node-1"].Settings;
        using var trustless = new MapReduceClient([new Uri(node.HttpAddress)], cluster.Token);
        Assert.Equal("certificate", (await Assert.ThrowsAsync<ApiException>(() => trustless.NodesAsync())).Code);
        Assert.False(await IsLetInAsync(node.Port, null));
        using var foreign = Foreign();
        Assert.False(await IsLetInAsync(node.Port, foreign));
        await AssertCertificateIsNeededAsync(node);
        await SendPlainAsync(node.HttpPort);
        await SendPlainAsync(node.Port);
        Assert.All((await client.NodesAsync()).Nodes, member => Assert.Equal("up", member.State));
    }

    [Fact]
    public void A_node_has_one_certificate_and_its_key_is_its_own()
    {
        Assert.Contains("there already", Assert.Throws<ConfigurationException>(() => authority.Issue("node", ["x"])).Message, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "certificates", "node.key")));
    }

    private static string Tls(ClusterAuthority authority, string name, string host)
    {
        var (certificate, key) = authority.Issue(name, [host]);
        return $$"""
            mapreduce.tls {
              authority = "{{authority.CertificateFile}}"
              certificate = "{{certificate}}"
              key = "{{key}}"
            }
            """;
    }

    private X509Certificate2 Foreign()
    {
        var (certificate, key) = new ClusterAuthority(Path.Combine(folder, "foreign")).Issue("rogue", ["127.0.0.1"]);
        using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>What nodes ask each other needs a certificate even where the token is right.</summary>
    private async Task AssertCertificateIsNeededAsync(NodeSettings node)
    {
        using var http = new HttpClient(Trusting());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", new Tokens(cluster.Token, TimeProvider.System).Node);
        using var refused = await http.GetAsync(new Uri($"{node.HttpAddress}internal/blobs/{new string('0', 64)}"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("shows its certificate", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private SocketsHttpHandler Trusting()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(authority.CertificateFile));
        return new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
    }

    /// <summary>Whether a stranger gets a connection for messages: one that is refused sees its end.</summary>
    private static async Task<bool> IsLetInAsync(int port, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        try
        {
            await using var stream = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", ClientCertificates = certificate is null ? null : [certificate] });
            return await stream.ReadAsync(new byte[1]) > 0;
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    private static async Task SendPlainAsync(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray());
        try
        {
            while (await socket.GetStream().ReadAsync(new byte[256]) > 0)
            {
                // Whatever it says, it then closes.
            }
        }
        catch (IOException)
        {
            // Refused.
        }
    }
}
