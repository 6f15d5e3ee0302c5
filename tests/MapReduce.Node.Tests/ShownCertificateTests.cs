using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.Extensions.Logging;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>A certificate that is replaced is shown without a new start.</summary>
public sealed class ShownCertificateTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly Clock clock = new();
    private readonly Lines lines = new();
    private readonly ClusterAuthority authority;
    private readonly (string Certificate, string Key) files;
    private readonly NodeSettings settings;
    private readonly ShownCertificate shown;

    public ShownCertificateTests()
    {
        authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        files = authority.Issue("node-1", ["127.0.0.1"]);
        PrivateFiles.Write(Path.Combine(folder, "token"), "0123456789abcdef");
        var own = NodeConfiguration.Parse($$"""
            mapreduce {
              node { folder = "{{folder}}", port = 0 }
              http { token-file = "{{Path.Combine(folder, "token")}}", port = 0 }
              tls { authority = "{{authority.CertificateFile}}", certificate = "{{files.Certificate}}", key = "{{files.Key}}" }
            }
            """, "test");
        settings = NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), own, "test"));
        shown = new ShownCertificate(settings, clock, lines);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void One_that_is_replaced_is_shown_a_second_later()
    {
        authority.Renew("node-1", ["127.0.0.1", "localhost"]);
        Assert.Equal(settings.Tls.Certificate.Thumbprint, Shown());
        clock.Now += TimeSpan.FromSeconds(1);
        using var renewed = X509CertificateLoader.LoadCertificateFromFile(files.Certificate);
        Assert.Equal(renewed.Thumbprint, Shown());
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(renewed.Thumbprint, Shown());
        Assert.Contains("was replaced", Assert.Single(lines.All), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_other_nodes_would_refuse_or_that_cannot_be_read_is_not_shown_and_the_log_says_why()
    {
        var whole = File.ReadAllText(files.Key);
        authority.Renew("node-1", ["elsewhere.example"]);
        AssertKept("its certificate is for elsewhere.example, and not for 127.0.0.1: make another with mr certificate create");
        PrivateFiles.Write(files.Key, whole);
        AssertKept("cannot be read");
        File.Delete(files.Key);
        AssertKept("There is no file");
        var foreign = new ClusterAuthority(Path.Combine(folder, "foreign")).Issue("node-1", ["127.0.0.1"]);
        File.Copy(foreign.Certificate, files.Certificate, overwrite: true);
        PrivateFiles.Write(files.Key, File.ReadAllText(foreign.Key));
        AssertKept("not one of this cluster's");
        if (OperatingSystem.IsWindows()) return;
        authority.Renew("node-1", ["127.0.0.1"]);
        File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        AssertKept("chmod 600");
    }

    [Fact]
    public async Task A_node_that_runs_shows_it_at_both_ports_for_HTTP()
    {
        await using var cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), "mapreduce.node.roles = [master]\nmapreduce.http.tls = on");
        var node = cluster.Nodes["node-1"].Settings;
        foreach (var port in (int[])[node.HttpPort, node.DataPort]) Assert.Equal(node.Tls.Certificate.Thumbprint, await ShownAsync(node, port));
        var (certificate, _) = new ClusterAuthority(Path.Combine(folder, "cluster", "certificates")).Renew("node-1", ["127.0.0.1", "localhost"]);
        using var renewed = X509CertificateLoader.LoadCertificateFromFile(certificate);
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        foreach (var port in (int[])[node.HttpPort, node.DataPort])
            while (await ShownAsync(node, port) != renewed.Thumbprint) await pause.WaitForNextTickAsync(patience.Token);
        // Others go on to call it, by certificates of before.
        using var peer = Peer.Of(node);
        using var answer = await peer.GetAsync(new Uri(node.DataAddress + "internal/vitals"));
        Assert.True(answer.IsSuccessStatusCode);
    }

    private void AssertKept(string words)
    {
        lines.All.Clear();
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(settings.Tls.Certificate.Thumbprint, Shown());
        Assert.Contains(words, Assert.Single(lines.All), StringComparison.Ordinal);
    }

    private string Shown() => shown.Current.TargetCertificate.Thumbprint;

    private static async Task<string> ShownAsync(NodeSettings node, int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        await using var stream = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", ClientCertificates = [node.Tls.Certificate] });
        return ((X509Certificate2)stream.RemoteCertificate!).Thumbprint;
    }

    private sealed class Lines : ILogger<ShownCertificate>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
    }
}
