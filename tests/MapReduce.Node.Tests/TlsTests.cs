using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Remote.Transport.DotNetty;
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
    private (string Certificate, string Key) lost;
    private MiniCluster cluster = null!;

    public async Task InitializeAsync()
    {
        authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        lost = authority.Issue("lost", ["127.0.0.1"]);
        using var revoked = X509CertificateLoader.LoadCertificateFromFile(lost.Certificate);
        cluster = await MiniCluster.StartAsync(3, Path.Combine(folder, "cluster"), $"mapreduce.shuffle.short-circuit = off\nmapreduce.http.tls = on\nmapreduce.tls.revoked = [\"{revoked.GetCertHashString(HashAlgorithmName.SHA256)}\"]\n{Tls(authority, "node", "127.0.0.1")}");
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
        using var client = cluster.Connect(Patience.Limit);
        var job = await client.WaitAsync(await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Path.Combine(folder, "text")], SplitBytes = 1000, Partitions = 3 }));
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));

        var node = cluster.Nodes["node-1"].Settings;
        using var trustless = new MapReduceClient([new Uri(node.HttpAddress)], cluster.Token);
        Assert.Equal("certificate", (await Assert.ThrowsAsync<ApiException>(() => trustless.NodesAsync())).Code);
        Assert.False(await IsLetInAsync(node.Port, null));
        using var foreign = Foreign();
        Assert.False(await IsLetInAsync(node.Port, foreign));
        await AssertRefusedForDataAsync(node, foreign);
        await SendPlainAsync(node.HttpPort);
        await SendPlainAsync(node.DataPort);
        await SendPlainAsync(node.Port);
        await AssertUnknownTypeIsRefusedAsync(node);
        Assert.All((await client.NodesAsync()).Nodes, member => Assert.Equal("up", member.State));
    }

    [Fact]
    public async Task Who_has_a_certificate_of_the_authority_for_another_host_is_refused()
    {
        Assert.True(await IsSpokenToAsync("neighbour", "127.0.0.1"));
        var heard = new HeardLog(cluster.Nodes["node-1"].System);
        Assert.False(await IsSpokenToAsync("elsewhere", "elsewhere.example"));
        // Who calls such a one lives on.
        await heard.AwaitAsync("Address is now gated");
        Assert.Null(CoordinatedShutdown.Get(cluster.Nodes["node-1"].System).ShutdownReason);
        // And so do people: the certificate of the node does not say localhost, where it answers as well.
        var address = new Uri(cluster.Nodes["node-1"].Settings.HttpAddress);
        using var client = new MapReduceClient([address], cluster.Token, Trusting());
        Assert.Equal(3, (await client.NodesAsync()).Nodes.Count);
        using var astray = new MapReduceClient([new UriBuilder(address) { Host = "localhost" }.Uri], cluster.Token, Trusting());
        var error = await Assert.ThrowsAsync<ApiException>(() => astray.NodesAsync());
        Assert.Equal("certificate", error.Code);
        Assert.Contains("Call the node by a name or an address that its certificate is for.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_may_be_off_is_named_to_whoever_calls_a_node_whose_certificate_has_not_begun()
    {
        using var issuer = X509Certificate2.CreateFromPemFile(authority.CertificateFile, Path.ChangeExtension(authority.CertificateFile, ".key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tomorrow", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.Create(issuer, DateTimeOffset.UtcNow.AddDays(1), DateTimeOffset.UtcNow.AddDays(2), RandomNumberGenerator.GetBytes(16)).CopyWithPrivateKey(key);
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync();
        using var client = new MapReduceClient([new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/")], cluster.Token, Trusting());
        var error = await Assert.ThrowsAsync<ApiException>(() => client.NodesAsync());
        Assert.Equal("certificate", error.Code);
        Assert.Contains("Compare the clock of this machine with the node's", error.Message, StringComparison.Ordinal);
        await serving;

        async Task ServeAsync()
        {
            using var socket = await listener.AcceptTcpClientAsync();
            await using var stream = new SslStream(socket.GetStream());
            // In TLS 1.3 the one who is called is done before the other refuses.
            await Record.ExceptionAsync(() => stream.AuthenticateAsServerAsync(certificate));
        }
    }

    [Fact]
    public async Task A_node_whose_certificate_is_for_another_host_is_no_member()
    {
        var seed = cluster.Nodes["node-1"];
        var settings = Joiner.Settings("astray", Path.Combine(folder, "astray"), Path.Combine(folder, "cluster", "token"), seed, authority, authority.Issue("astray", ["astray.example"]));
        await Joiner.AssertRefusedAsync(cluster, seed, settings, "its certificate is for astray.example, and not for 127.0.0.1");
        await AssertRefusedForDataAsync(seed.Settings, settings.Tls.Certificate);
    }

    [Fact]
    public async Task A_certificate_that_is_revoked_is_good_for_nothing()
    {
        var seed = cluster.Nodes["node-1"];
        var settings = Joiner.Settings("lost", Path.Combine(folder, "lost"), Path.Combine(folder, "cluster", "token"), seed, authority, lost);
        await Joiner.AssertRefusedAsync(cluster, seed, settings, "its certificate, CN=lost, is revoked");
        using var certificate = Load(lost);
        await AssertRefusedForDataAsync(seed.Settings, certificate);
    }

    [Fact]
    public async Task A_node_whose_certificate_has_a_name_of_its_address_is_a_member()
    {
        var named = await cluster.AddAsync("named", $"mapreduce.node {{ host = localhost, roles = [master] }}\nmapreduce.cluster.seeds = [\"127.0.0.1:{cluster.Nodes["node-1"].Settings.Port}\"]\n{Tls(authority, "named", "localhost")}");
        Assert.StartsWith("https://localhost:", named.Settings.HttpAddress, StringComparison.Ordinal);
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

    private X509Certificate2 Foreign() => Load(new ClusterAuthority(Path.Combine(folder, "foreign")).Issue("rogue", ["127.0.0.1"]));

    private static X509Certificate2 Load((string Certificate, string Key) files)
    {
        using var pem = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A node that tells others how it is tells nothing to who has this certificate.</summary>
    private static async Task AssertRefusedForDataAsync(NodeSettings node, X509Certificate2 certificate)
    {
        var place = new Uri($"{node.DataAddress}internal/vitals");
        using (var peer = Peer.Of(node))
        using (var answer = await peer.GetAsync(place)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var refused = Peer.Of(node, certificate);
        await Assert.ThrowsAsync<HttpRequestException>(() => refused.GetAsync(place));
    }

    /// <summary>Not even a peer with a certificate of the cluster can make a node build an object of a type that is not on its list.</summary>
    private async Task AssertUnknownTypeIsRefusedAsync(NodeSettings node)
    {
        var heard = new HeardLog(cluster.Nodes["node-1"].System);
        var config = Akka.Configuration.ConfigurationFactory.ParseString("""
            akka {
              loglevel = OFF
              actor.provider = remote
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, enable-ssl = on }
            }
            """);
        using var rogue = ActorSystem.Create("rogue", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), new DotNettySslSetup(node.Tls.Certificate, suppressValidation: true)));
        rogue.ActorSelection($"akka.ssl.tcp://mapreduce@127.0.0.1:{node.Port}/user/founder").Tell(new Uninvited("hello"));
        await heard.AwaitAsync("A message as JSON was refused");
        await rogue.Terminate();
    }

    private sealed record Uninvited(string Text);

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

    /// <summary>Whether a node that has a message for 127.0.0.1 gives it to who shows a certificate for this host there.</summary>
    private async Task<bool> IsSpokenToAsync(string name, string host)
    {
        using var certificate = Load(authority.Issue(name, [host]));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        cluster.Nodes["node-1"].System.ActorSelection($"akka.ssl.tcp://mapreduce@127.0.0.1:{port}/user/founder").Tell(new Identify(name));
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var socket = await listener.AcceptTcpClientAsync(patience.Token);
        try
        {
            await using var stream = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = true }, patience.Token);
            return await stream.ReadAsync(new byte[1], patience.Token) > 0;
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
