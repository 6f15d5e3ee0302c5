using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MapReduce.Node.Configuration;

/// <summary>The certificates of a node: its own, and that of the authority by which the nodes of a cluster know each other.</summary>
/// <param name="Authority">The cluster's authority.</param>
/// <param name="Certificate">The node's own, with its key.</param>
public sealed record TlsFiles(X509Certificate2 Authority, X509Certificate2 Certificate)
{
    /// <summary>Reads PEM files; null where none is named.</summary>
    internal static TlsFiles? Read(string authority, string certificate, string key)
    {
        if (authority.Length + certificate.Length + key.Length == 0) return null;
        foreach (var (file, name) in ((string, string)[])[(authority, "authority"), (certificate, "certificate"), (key, "key")])
            if (!File.Exists(file)) throw new ConfigurationException($"There is no file '{file}' (mapreduce.tls.{name}). Make certificates with mr certificate create.");
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            return new TlsFiles(X509CertificateLoader.LoadCertificateFromFile(authority), InStore(pem));
        }
        catch (CryptographicException exception)
        {
            throw new ConfigurationException($"The certificate '{certificate}', its key '{key}' or the authority '{authority}' cannot be read: {exception.Message} Make them with mr certificate create.", exception);
        }
    }

    /// <summary>The same certificate with its key in a store: one from PEM lives in memory only, and some platforms want more.</summary>
    internal static X509Certificate2 InStore(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
