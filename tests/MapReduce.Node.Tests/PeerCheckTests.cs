using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Which certificate is let in from where, and where to.</summary>
public sealed class PeerCheckTests : IDisposable
{
    // What a certificate is for whose owner calls.
    private const string ToCall = "1.3.6.1.5.5.7.3.2";

    private static readonly PeerSettings Settings = new(ChecksCallers: true, Revoked: new HashSet<string>());

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly ClusterAuthority authority;
    private readonly X509Certificate2 certificate;
    private readonly HostAddresses addresses = new((name, _) => Task.FromResult<IPAddress[]>(name == "node-1.example" ? [IPAddress.Parse("10.0.0.1")] : []), TimeProvider.System);

    public PeerCheckTests()
    {
        authority = new ClusterAuthority(folder);
        certificate = X509CertificateLoader.LoadCertificateFromFile(authority.Issue("node-1", ["node-1.example", "192.0.2.1", "2001:db8::1"]).Certificate);
    }

    public void Dispose()
    {
        certificate.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("ssl.tcp://mapreduce@node-1.example:4500")]
    [InlineData("ssl.tcp://mapreduce@192.0.2.1:4500")]
    [InlineData("ssl.tcp://mapreduce@[2001:db8::1]:4500")]
    [InlineData("[::ffff:192.0.2.1]:45656")]
    [InlineData("192.0.2.1:45656")]
    [InlineData("[2001:db8::1]:45656")]
    [InlineData("[::ffff:10.0.0.1]:45656")]
    public void A_node_is_let_in_where_its_certificate_says(string peer) => Assert.Null(Check(Settings).Refuse(certificate, peer));

    [Theory]
    [InlineData("ssl.tcp://mapreduce@node-2.example:4500", "not for node-2.example")]
    [InlineData("ssl.tcp://mapreduce@10.0.0.1:4500", "not for 10.0.0.1")]
    [InlineData("[::ffff:192.0.2.2]:45656", "is for node-1.example, 192.0.2.1, 2001:db8::1, and not for 192.0.2.2")]
    [InlineData("unknown", "nowhere")]
    public void A_node_is_refused_elsewhere(string peer, string words) => Assert.Contains(words, Check(Settings).Refuse(certificate, peer), StringComparison.Ordinal);

    [Fact]
    public void Where_callers_may_be_anywhere_those_who_are_called_may_not()
    {
        var check = Check(Settings with { ChecksCallers = false });
        Assert.Null(check.Refuse(certificate, "[::ffff:192.0.2.2]:45656"));
        Assert.NotNull(check.Refuse(certificate, "ssl.tcp://mapreduce@192.0.2.2:4500"));
    }

    [Fact]
    public void A_certificate_of_another_authority_is_refused_wherever_it_is()
    {
        using var foreign = X509CertificateLoader.LoadCertificateFromFile(new ClusterAuthority(Path.Combine(folder, "foreign")).Issue("node-1", ["192.0.2.1"]).Certificate);
        foreach (var peer in (string[])["ssl.tcp://mapreduce@192.0.2.1:4500", "[::ffff:192.0.2.1]:45656"])
            Assert.Contains("not one of this cluster's", Check(Settings with { ChecksCallers = false }).Refuse(foreign, peer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.1", "ssl.tcp://mapreduce@192.0.2.1:4500", "[::ffff:192.0.2.1]:45656")]
    [InlineData(ToCall, "[::ffff:192.0.2.1]:45656", "ssl.tcp://mapreduce@192.0.2.1:4500")]
    public void A_certificate_for_one_direction_is_refused_in_the_other(string use, string good, string bad)
    {
        using var half = Issue(use);
        Assert.Null(Check(Settings).Refuse(half, good));
        Assert.NotNull(Check(Settings).Refuse(half, bad));
    }

    [Theory]
    [InlineData("ssl.tcp://mapreduce@192.0.2.1:4500")]
    [InlineData("[::ffff:192.0.2.1]:45656")]
    public void A_certificate_that_is_revoked_is_refused(string peer)
    {
        var check = Check(Settings with { Revoked = new HashSet<string> { certificate.GetCertHashString(HashAlgorithmName.SHA256) } });
        Assert.Contains("revoked", check.Refuse(certificate, peer), StringComparison.Ordinal);
        Assert.NotNull(check.RefuseClient(certificate));
    }

    [Fact]
    public void A_certificate_is_good_from_its_first_day_to_its_last()
    {
        using var issuer = X509CertificateLoader.LoadCertificateFromFile(authority.CertificateFile);
        DateTimeOffset now = DateTime.Now;
        using var ended = Issue(ToCall, issuer.NotBefore, issuer.NotBefore.AddMinutes(1));
        using var early = Issue(ToCall, now.AddDays(1), now.AddDays(2));
        foreach (var (certificate, words) in ((X509Certificate2, string)[])[(ended, "make another with mr certificate create"), (early, "set the clocks of both machines")])
        {
            var refusal = Check(Settings).RefuseClient(certificate);
            Assert.Contains("the certificate CN=half", refusal, StringComparison.Ordinal);
            Assert.Contains(words, refusal, StringComparison.Ordinal);
        }
    }

    private X509Certificate2 Issue(string use)
    {
        using var issuer = X509CertificateLoader.LoadCertificateFromFile(authority.CertificateFile);
        return Issue(use, issuer.NotBefore, issuer.NotAfter);
    }

    private X509Certificate2 Issue(string use, DateTimeOffset from, DateTimeOffset to)
    {
        using var issuer = X509Certificate2.CreateFromPemFile(authority.CertificateFile, Path.Combine(folder, "authority.key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=half", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse("192.0.2.1"));
        request.CertificateExtensions.Add(names.Build());
        return request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(16));
    }

    private PeerCheck Check(PeerSettings settings) => new(new TlsFiles(X509CertificateLoader.LoadCertificateFromFile(authority.CertificateFile), certificate), settings, addresses);
}
