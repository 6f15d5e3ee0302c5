using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using MapReduce.Api;
using MapReduce.Cluster.Tests;
using MapReduce.Node.Security;
using MapReduce.Protocol.Work;
using MapReduce.Worker;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>Three nodes on three machines, with lan.conf and certificates.</summary>
public sealed class NetworkTests
{
    private const int MessagePort = 4500;
    private const int HttpPort = 4600;
    private const int DataPort = 4700;

    [NetworkFact]
    public async Task Words_are_counted_across_machines_and_strangers_are_refused()
    {
        // A node that stands still on a busy machine is waited for: none is to stop.
        using var cluster = new NetworkCluster(3, "akka.cluster.failure-detector.acceptable-heartbeat-pause = 3m");
        await cluster.AwaitMembersAsync(3);
        await AssertStrangersAreRefusedAsync(cluster);
        await AssertTokensAreNeededAsync(cluster);
        await AssertForgeriesAreRefusedAsync(cluster);

        // Nobody has suffered from that.
        File.WriteAllText(cluster["text"], string.Concat(Enumerable.Range(0, 5000).Select(line => $"word{line % 100} and line\n")));
        var (code, _, error) = Mr.Run(["submit", Mr.Job("WordCount"), "-q", .. cluster.Arguments, "--input", cluster["text"], "--output", cluster["out"], "--split", "10000", "--partitions", "3"]);
        Assert.True(code == 0, error);
        Assert.Equal(0, Mr.Run("run", Mr.Job("WordCount"), "-q", "--input", cluster["text"], "--output", cluster["local"], "--split", "10000", "--partitions", "3").Code);
        foreach (var part in Directory.GetFiles(cluster["local"], "part-*")) Assert.Equal(File.ReadAllBytes(part), File.ReadAllBytes(Path.Combine(cluster["out"], Path.GetFileName(part))));
        // With short circuits off the shares of reducers have gone over the network.
        Assert.True((await cluster.Client.JobAsync((await cluster.Client.JobsAsync()).Jobs[0].Id)).ShuffleBytes > 0);
        await cluster.AwaitMembersAsync(3);
        Assert.All(Enumerable.Range(1, 3), node => Assert.True(cluster.IsAlive(node)));
        Assert.DoesNotContain(" stops: ", cluster.LogOf(1), StringComparison.Ordinal);
    }

    private static async Task AssertStrangersAreRefusedAsync(NetworkCluster cluster)
    {
        Assert.Equal(0, Mr.Run("certificate", "create", "rogue", "--host", cluster.Network.AddressOf(0), "--folder", cluster["foreign"]).Code);
        using var foreign = Load(cluster, "foreign/rogue");
        var here = cluster.Network.AddressOf(0);
        await AssertLoggedAsync(cluster, $"Mutual TLS required but client did not provide a certificate from [::ffff:{here}]", async () => Assert.False(await IsLetInAsync(cluster, MessagePort, null)));
        await AssertLoggedAsync(cluster, $"Rejected incoming connection from [[::ffff:{here}]", async () => Assert.False(await IsLetInAsync(cluster, MessagePort, foreign)));
        // Nor is the certificate of a node good for another machine.
        using var moved = Load(cluster, "certificates/node-2");
        await AssertLoggedAsync(cluster, $"its certificate is for {cluster.Network.AddressOf(2)}, and not for {here}:", async () => Assert.False(await IsLetInAsync(cluster, MessagePort, moved)));
        await AssertLoggedAsync(cluster, "not an SSL/TLS record", () => SendPlainAsync(cluster, MessagePort));
        await AssertLoggedAsync(cluster, $"A connection from {here}:", async () => Assert.False(await IsLetInAsync(cluster, DataPort, foreign)));
        await AssertLoggedAsync(cluster, $"A connection from {here}:", async () => Assert.False(await IsLetInAsync(cluster, DataPort, null)));
        await AssertLoggedAsync(cluster, $"its certificate is for {cluster.Network.AddressOf(2)}, and not for {here}:", async () => Assert.False(await IsLetInAsync(cluster, DataPort, moved)));
        await AssertLoggedAsync(cluster, $"A connection from {here}:", () => SendPlainAsync(cluster, HttpPort));

        using var trustless = new MapReduceClient([cluster.AddressOf(1)], File.ReadAllText(cluster.TokenFile), new SocketsHttpHandler { ConnectTimeout = Patience.Limit }, Patience.Limit);
        var (code, _, error) = Mr.Run("nodes", "--address", cluster.AddressOf(1).ToString(), "--token-file", cluster.TokenFile, "--authority", cluster["foreign/authority.pem"]);
        Assert.Equal(6, code);
        Assert.Contains("--authority", error, StringComparison.Ordinal);
        Assert.Equal("certificate", (await Assert.ThrowsAsync<ApiException>(() => trustless.NodesAsync())).Code);
    }

    private static async Task AssertTokensAreNeededAsync(NetworkCluster cluster)
    {
        var here = cluster.Network.AddressOf(0);
        var secret = File.ReadAllText(cluster.TokenFile);
        using var user = new HttpClient(cluster.Trusting(connect: Patience.Limit));
        foreach (var token in (string?[])[null, new string('0', 64)])
            await AssertLoggedAsync(cluster, $"Refused GET /v1/jobs from {here}: token.", async () =>
            {
                user.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
                using var answer = await user.GetAsync(new Uri(cluster.AddressOf(1), "v1/jobs"));
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            });

        // A node that asks for shares of a job has a certificate, and a token for the job.
        Assert.Equal(0, Mr.Run("certificate", "create", "asker", "--host", here, "--folder", cluster["certificates"]).Code);
        using var certificate = Load(cluster, "certificates/asker");
        using var node = new HttpClient(cluster.Trusting(certificate, Patience.Limit));
        await AssertLoggedAsync(cluster, $"Refused segments of job J to {here}: the token has expired.", async () => Assert.Equal(HttpStatusCode.Forbidden, await AskForSharesAsync(new Tokens(secret, new Yesterday()).ForJob("J"))));
        await AssertLoggedAsync(cluster, $"Refused segments of job J to {here}: the token is missing", async () => Assert.Equal(HttpStatusCode.Forbidden, await AskForSharesAsync(null)));
        await AssertLoggedAsync(cluster, $"Refused segments of job J to {here}: the token is missing or is not one for this job", async () => Assert.Equal(HttpStatusCode.Forbidden, await AskForSharesAsync(new Tokens(secret, TimeProvider.System).ForJob("K"))));
        // The right one leads on, to the epoch, which is none of this cluster.
        Assert.Equal(HttpStatusCode.Conflict, await AskForSharesAsync(new Tokens(secret, TimeProvider.System).ForJob("J")));

        async Task<HttpStatusCode> AskForSharesAsync(string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://{cluster.Network.AddressOf(1)}:{DataPort}/internal/segments")) { Content = new ByteArrayContent(new SegmentsRequest { Job = "J" }.ToByteArray()) };
            if (token is not null) request.Headers.Add(NodeLinks.JobTokenHeader, token);
            using var answer = await node.SendAsync(request);
            return answer.StatusCode;
        }
    }

    /// <summary>Not even a peer with a certificate of the cluster, for its own address, can make a node build an object of a type that is not on its list.</summary>
    private static async Task AssertForgeriesAreRefusedAsync(NetworkCluster cluster)
    {
        Assert.Equal(0, Mr.Run("certificate", "create", "forger", "--host", cluster.Network.AddressOf(0), "--folder", cluster["certificates"]).Code);
        using var certificate = Load(cluster, "certificates/forger");
        await using var forger = new Forger(cluster.Network.AddressOf(0), certificate);
        foreach (var forgery in Forgery.All)
            await AssertLoggedAsync(cluster, forgery.Refusal, () =>
            {
                forger.Send($"akka.ssl.tcp://mapreduce@{cluster.Network.AddressOf(1)}:{MessagePort}/user/founder", forgery);
                return Task.CompletedTask;
            });
    }

    /// <summary>Does what the first node has to refuse, and waits until its log says that it has.</summary>
    private static async Task AssertLoggedAsync(NetworkCluster cluster, string refusal, Func<Task> attempt)
    {
        var before = cluster.LogOf(1).Length;
        await attempt();
        await RealCluster.UntilAsync(() => Task.FromResult(cluster.LogOf(1)[before..].Contains(refusal, StringComparison.Ordinal)));
    }

    private static X509Certificate2 Load(NetworkCluster cluster, string name)
    {
        using var pem = X509Certificate2.CreateFromPemFile(cluster[$"{name}.pem"], cluster[$"{name}.key"]);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Whether a stranger gets a connection: one that is refused sees its end.</summary>
    private static async Task<bool> IsLetInAsync(NetworkCluster cluster, int port, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(cluster.Network.AddressOf(1), port);
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

    private sealed class Yesterday : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromDays(1);
    }
}
