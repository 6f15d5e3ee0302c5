using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>The certificate authority of a cluster: makes itself once, and then a certificate for each node.</summary>
/// <param name="folder">Where its files are: <c>authority.pem</c>, which every node needs, and <c>authority.key</c>, which no node does.</param>
public sealed class ClusterAuthority(string folder)
{
    private static readonly TimeSpan Term = TimeSpan.FromDays(3650);

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
        var (certificateFile, keyFile) = FilesOf(name);
        if (File.Exists(certificateFile) || File.Exists(keyFile)) throw new ConfigurationException($"'{certificateFile}' is there already. Remove it and its key to make another, or choose another name.");
        return Make(name, hosts);
    }

    /// <summary>Makes a node's certificate as <see cref="Issue"/> does, in place of one that it may have.</summary>
    /// <param name="name">The node's name, which names the files.</param>
    /// <param name="hosts">The host names and addresses that others reach the node at.</param>
    /// <returns>The files of the certificate and its key.</returns>
    /// <exception cref="ConfigurationException">The authority's files do not fit.</exception>
    public (string Certificate, string Key) Renew(string name, IReadOnlyList<string> hosts) => Make(name, hosts);

    private (string Certificate, string Key) FilesOf(string name) => (Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"));

    private (string Certificate, string Key) Make(string name, IReadOnlyList<string> hosts)
    {
        PrivateFiles.MakeFolder(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(NodeCertificate.Request(name, key, hosts));
        var (certificateFile, keyFile) = FilesOf(name);
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        PrivateFiles.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    private X509Certificate2 Sign(CertificateRequest request)
    {
        try
        {
            using var authority = Open();
            var now = DateTimeOffset.UtcNow;
            return request.Create(authority, now - NodeCertificate.Tolerance, now + NodeCertificate.Term < authority.NotAfter ? now + NodeCertificate.Term : authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or InvalidOperationException)
        {
            throw new ConfigurationException($"No certificate can be made with the authority '{CertificateFile}' and its key '{KeyFile}': {exception.Message} Bring back the two files that were made together, or remove both to make a new authority, and then a new certificate for each node.", exception);
        }
    }

    private X509Certificate2 Open()
    {
        if (!File.Exists(CertificateFile)) Begin();
        if (!File.Exists(KeyFile)) throw new ConfigurationException($"'{CertificateFile}' is there without its key '{KeyFile}'. Bring the key back, or remove the certificate to make a new authority for all nodes.");
        return X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
    }

    /// <summary>Makes the authority, and its certificate last. A key without one was left when that was broken off, and gets it now.</summary>
    private void Begin()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(KeyFile)) key.ImportFromPem(File.ReadAllText(KeyFile));
        else PrivateFiles.Write(KeyFile, key.ExportPkcs8PrivateKeyPem());
        var request = new CertificateRequest("CN=MapReduce cluster authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now - NodeCertificate.Tolerance, now + Term);
        var whole = $"{CertificateFile}.new";
        File.WriteAllText(whole, certificate.ExportCertificatePem());
        File.Move(whole, CertificateFile, overwrite: true);
    }
}
