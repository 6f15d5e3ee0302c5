using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>What the files of an authority can be when a node is to get a certificate.</summary>
public sealed class ClusterAuthorityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly ClusterAuthority authority;

    public ClusterAuthorityTests() => authority = new ClusterAuthority(Path.Combine(folder, "certificates"));

    private string KeyFile => Path.ChangeExtension(authority.CertificateFile, "key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_key_that_a_crash_has_left_without_its_certificate_gets_one_and_is_still_the_authority_of_earlier_nodes()
    {
        var earlier = Load(Issue("node-1"));
        var key = File.ReadAllText(KeyFile);
        File.Delete(authority.CertificateFile);
        var later = Load(Issue("node-2"));
        Assert.Equal(key, File.ReadAllText(KeyFile));
        using var trusted = Load(authority.CertificateFile);
        foreach (var certificate in (X509Certificate2[])[earlier, later])
        {
            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { trusted } } };
            Assert.True(chain.Build(certificate));
            certificate.Dispose();
        }
        Assert.Equal(["authority.key", "authority.pem", "node-1.key", "node-1.pem", "node-2.key", "node-2.pem"], Directory.GetFiles(Path.GetDirectoryName(KeyFile)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_certificate_without_its_key_is_named_with_what_to_do()
    {
        Issue("node-1");
        File.Delete(KeyFile);
        Assert.Contains($"without its key '{KeyFile}'. Bring the key back, or remove the certificate", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("broken certificate")]
    [InlineData("broken key")]
    [InlineData("broken key alone")]
    [InlineData("foreign certificate")]
    [InlineData("certificate of a node")]
    [InlineData("foreign pair")]
    public void Files_that_are_no_authority_are_named_with_what_to_do(string what)
    {
        var node = Issue("node-1");
        const string Broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        switch (what)
        {
            case "broken certificate":
                File.WriteAllText(authority.CertificateFile, Broken);
                break;
            case "broken key":
                File.WriteAllText(KeyFile, Broken);
                break;
            case "broken key alone":
                File.WriteAllText(KeyFile, "");
                File.Delete(authority.CertificateFile);
                break;
            case "foreign certificate":
                var foreign = new ClusterAuthority(Path.Combine(folder, "foreign"));
                foreign.Issue("node-1", ["127.0.0.1"]);
                File.Copy(foreign.CertificateFile, authority.CertificateFile, overwrite: true);
                break;
            case "certificate of a node":
                File.Copy(node, authority.CertificateFile, overwrite: true);
                File.Copy(Path.ChangeExtension(node, "key"), KeyFile, overwrite: true);
                break;
            default:
                using (var key = RSA.Create(2048))
                {
                    var request = new CertificateRequest("CN=foreign", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                    request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
                    using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
                    File.WriteAllText(authority.CertificateFile, certificate.ExportCertificatePem());
                    File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
                }
                break;
        }
        Assert.Matches("^No certificate can be made with the authority '.+authority.pem' and its key '.+authority.key': .+ Bring back the two files that were made together, or remove both", Refusal());
    }

    private string Issue(string name) => authority.Issue(name, ["127.0.0.1"]).Certificate;

    private string Refusal() => Assert.Throws<ConfigurationException>(() => Issue("node-3")).Message;

    private static X509Certificate2 Load(string file) => X509CertificateLoader.LoadCertificateFromFile(file);
}
