using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class TlsSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly ClusterAuthority authority;
    private readonly (string Certificate, string Key) files;

    public TlsSettingsTests()
    {
        authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        files = authority.Issue("node-1", ["192.0.2.1"]);
        PrivateFiles.Write(Path.Combine(folder, "token"), "0123456789abcdef");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("cluster.seeds = [\"127.0.0.1:4500\"]", "mr certificate create")]
    [InlineData("tls.callers = some", "mapreduce.tls.callers is 'some'")]
    [InlineData("tls.revoked = [\"12:34\"]", "-fingerprint -sha256")]
    public void What_makes_no_sense_is_an_error_that_says_what_to_do(string setting, string words)
        => Assert.Contains(words, Assert.Throws<ConfigurationException>(() => Read($"mapreduce.{setting}")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_node_without_certificates_is_alone_and_speaks_HTTP_in_the_clear()
    {
        var (one, another) = (Read(""), Read(""));
        Assert.StartsWith("http://127.0.0.1:", one.HttpAddress, StringComparison.Ordinal);
        Assert.NotNull(new PeerCheck(one.Tls, one.Peers, new HostAddresses()).RefuseClient(another.Tls.Certificate));
    }

    [Fact]
    public void Beyond_loopback_HTTP_is_under_the_certificates()
    {
        Assert.StartsWith("https://192.0.2.1:", Read($"{Tls}\nmapreduce.node.host = \"192.0.2.1\"").HttpAddress, StringComparison.Ordinal);
        Assert.Contains("mapreduce.http.tls", Assert.Throws<ConfigurationException>(() => Read($"{Tls}\nmapreduce {{ node.host = \"192.0.2.1\", http.tls = off }}")).Message, StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1:", Read($"{Tls}\nmapreduce.http.tls = off").HttpAddress, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_key_that_others_may_read_is_refused()
    {
        File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains($"chmod 600 '{files.Key}'", Assert.Throws<ConfigurationException>(() => Read(Tls)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fingerprint_may_have_colons_and_small_letters()
    {
        var capitals = string.Concat(Enumerable.Repeat("AB", 32));
        foreach (var written in (string[])[capitals, string.Join(':', Enumerable.Repeat("ab", 32))])
            Assert.Equal(capitals, Assert.Single(Read($"mapreduce.tls.revoked = [\"{written}\"]").Peers.Revoked));
    }

    [Fact]
    public void An_operator_is_warned_for_a_month_before_a_certificate_ends_and_afterwards()
    {
        var tls = Read(Tls).Tls;
        DateTimeOffset end = tls.Certificate.NotAfter;
        Assert.Empty(tls.Warnings(end - TimeSpan.FromDays(31)));
        Assert.Contains($"ends on {end.UtcDateTime:yyyy-MM-dd}", Assert.Single(tls.Warnings(end - TimeSpan.FromDays(30))), StringComparison.Ordinal);
        Assert.Contains("has ended", Assert.Single(tls.Warnings(end + TimeSpan.FromSeconds(1))), StringComparison.Ordinal);
        Assert.Equal(2, tls.Warnings(tls.Authority.NotAfter).Count());
    }

    [Fact]
    public void An_operator_is_told_that_others_refuse_a_node_that_is_not_where_its_certificate_says()
    {
        Assert.Contains(Open("127.0.0.1"), exposure => exposure.Says == "Other nodes refuse this one: its certificate is for 192.0.2.1, and not for 127.0.0.1: make another with mr certificate create NODE --host 127.0.0.1.");
        Assert.DoesNotContain(Open("192.0.2.1"), exposure => exposure.Key == "mapreduce.tls.certificate");

        IReadOnlyList<Exposure> Open(string host) => Exposure.Of(Read($"{Tls}\nmapreduce.node.host = \"{host}\""), [], DateTimeOffset.UtcNow);
    }

    private string Tls => $$"""
        mapreduce.tls {
          authority = "{{authority.CertificateFile}}"
          certificate = "{{files.Certificate}}"
          key = "{{files.Key}}"
        }
        """;

    private NodeSettings Read(string text)
    {
        var own = NodeConfiguration.Parse($$"""
            mapreduce {
              node { folder = "{{folder}}", port = 0 }
              http { token-file = "{{Path.Combine(folder, "token")}}", port = 0 }
            }
            """, "test");
        return NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Over(NodeConfiguration.Load([]), own, "test"), NodeConfiguration.Parse(text, "text"), "text"));
    }
}
