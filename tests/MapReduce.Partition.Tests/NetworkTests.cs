using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Api;
using MapReduce.Cluster.Tests;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>Three nodes on three machines, with lan.conf and certificates.</summary>
public sealed class NetworkTests
{
    [NetworkFact]
    public async Task Words_are_counted_across_machines_and_strangers_are_refused()
    {
        using var cluster = new NetworkCluster(3);
        await cluster.AwaitMembersAsync(3);
        File.WriteAllText(cluster["text"], string.Concat(Enumerable.Range(0, 5000).Select(line => $"word{line % 100} and line\n")));
        var (code, _, error) = Mr.Run(["submit", Mr.Job("WordCount"), "-q", .. cluster.Arguments, "--input", cluster["text"], "--output", cluster["out"], "--split", "10000", "--partitions", "3"]);
        Assert.True(code == 0, error);
        Assert.Equal(0, Mr.Run("run", Mr.Job("WordCount"), "-q", "--input", cluster["text"], "--output", cluster["local"], "--split", "10000", "--partitions", "3").Code);
        foreach (var part in Directory.GetFiles(cluster["local"], "part-*")) Assert.Equal(File.ReadAllBytes(part), File.ReadAllBytes(Path.Combine(cluster["out"], Path.GetFileName(part))));
        // With short circuits off the shares of reducers have gone over the network.
        Assert.True((await cluster.Client.JobAsync((await cluster.Client.JobsAsync()).Jobs[0].Id)).ShuffleBytes > 0);

        await AssertWithoutTokenAsync(cluster);
        Assert.False(await IsLetInAsync(cluster, null));
        using var foreign = Foreign(cluster);
        Assert.False(await IsLetInAsync(cluster, foreign));
        await SendPlainAsync(cluster, 4600);
        await SendPlainAsync(cluster, 4500);
        await cluster.AwaitMembersAsync(3);
        Assert.Contains("Refused GET /v1/jobs", cluster.LogOf(1), StringComparison.Ordinal);
        Assert.All(Enumerable.Range(1, 3), node => Assert.True(cluster.IsAlive(node)));
    }

    private static async Task AssertWithoutTokenAsync(NetworkCluster cluster)
    {
        using var http = new HttpClient(cluster.Trusting());
        foreach (var token in (string?[])[null, new string('0', 64)])
        {
            http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            using var answer = await http.GetAsync(new Uri(cluster.AddressOf(1), "v1/jobs"));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        using var trustless = new MapReduceClient([cluster.AddressOf(1)], File.ReadAllText(cluster.TokenFile), patience: TimeSpan.FromSeconds(2));
        Assert.Equal(0, Mr.Run("certificate", "create", "rogue", "--host", cluster.Network.AddressOf(0), "--folder", cluster["foreign"]).Code);
        var (code, _, error) = Mr.Run("nodes", "--address", cluster.AddressOf(1).ToString(), "--token-file", cluster.TokenFile, "--authority", cluster["foreign/authority.pem"]);
        Assert.Equal(6, code);
        Assert.Contains("--authority", error, StringComparison.Ordinal);
        Assert.Equal("certificate", (await Assert.ThrowsAsync<ApiException>(() => trustless.NodesAsync())).Code);
    }

    private static X509Certificate2 Foreign(NetworkCluster cluster)
    {
        using var pem = X509Certificate2.CreateFromPemFile(cluster["foreign/rogue.pem"], cluster["foreign/rogue.key"]);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Whether a stranger gets a connection for messages: one that is refused sees its end.</summary>
    private static async Task<bool> IsLetInAsync(NetworkCluster cluster, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(cluster.Network.AddressOf(1), 4500);
        try
        {
            await using var stream = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = cluster.Network.AddressOf(1), ClientCertificates = certificate is null ? null : [certificate] });
            return await stream.ReadAsync(new byte[1]) > 0;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>Speaks in the clear where TLS is expected, until the node ends the connection.</summary>
    private static async Task SendPlainAsync(NetworkCluster cluster, int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(cluster.Network.AddressOf(1), port);
        await socket.GetStream().WriteAsync("GET /v1/jobs HTTP/1.1\r\nHost: node-1\r\n\r\n"u8.ToArray());
        var answer = new byte[256];
        try
        {
            while (await socket.GetStream().ReadAsync(answer) is > 0 and var length) Assert.DoesNotContain("200 OK", System.Text.Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Refused.
        }
    }
}
