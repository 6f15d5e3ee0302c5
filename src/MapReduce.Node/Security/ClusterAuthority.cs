using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>The certificate authority of a cluster: makes itself once, and then a certificate for each node.</summary>
/// <param name="folder">Where its files are: <c>authority.pem</c>, which every node needs, and <c>authority.key</c>, which no node does.</param>
public sealed class ClusterAuthority(string folder)
{
    private static readonly TimeSpan AuthorityTerm = TimeSpan.FromDays(3650);
    private static readonly TimeSpan NodeTerm = TimeSpan.FromDays(730);
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    /// <summary>The authority's certificate.</summary>
    public string CertificateFile => Path.Combine(folder, "authority.pem");

    private string KeyFile => Path.Combine(folder, "authority.key");

    /// <summary>Makes a node's certificate, and the authority where there is none yet.</summary>
    /// <param name="name">The node's name, which names the files.</param>
    /// <param name="hosts">The host names and addresses that others reach the node at.</param>
    /// <returns>The files of the certificate and its key.</returns>
    /// <exception cref="ConfigurationException">The node has a certificate already, or the authority's files do not fit.</exception>
    public (string Certificate, string Key) Issue(string name, IReadOnlyList<string> hosts)
    {
        Directory.CreateDirectory(folder);
        var (certificateFile, keyFile) = (Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"));
        if (File.Exists(certificateFile) || File.Exists(keyFile)) throw new ConfigurationException($"'{certificateFile}' is there already. Remove it and its key to make another, or choose another name.");
        using var authority = Open();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.Create(authority, now - Tolerance, now + NodeTerm < authority.NotAfter ? now + NodeTerm : authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        WriteKey(keyFile, key);
        return (certificateFile, keyFile);
    }

    private X509Certificate2 Open()
    {
        if (File.Exists(CertificateFile) && File.Exists(KeyFile)) return X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
        if (File.Exists(CertificateFile) || File.Exists(KeyFile)) throw new ConfigurationException($"Of '{CertificateFile}' and '{KeyFile}' only one is there. Bring the other back, or remove both to make a new authority for all nodes.");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=MapReduce cluster authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now - Tolerance, now + AuthorityTerm);
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        WriteKey(KeyFile, key);
        return X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
    }

    private static void WriteKey(string file, ECDsa key)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(key.ExportPkcs8PrivateKeyPem());
    }
}
