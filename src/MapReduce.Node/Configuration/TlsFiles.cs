using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Security;

namespace MapReduce.Node.Configuration;

/// <summary>The certificates of a node: its own, and that of the authority by which the nodes of a cluster know each other.</summary>
/// <param name="Authority">The cluster's authority.</param>
/// <param name="Certificate">The node's own, with its key.</param>
public sealed record TlsFiles(X509Certificate2 Authority, X509Certificate2 Certificate)
{
    private static readonly TimeSpan NoticeTerm = TimeSpan.FromDays(30);

    /// <summary>The files of the node's own and of its key, which may be replaced; null where it is in none.</summary>
    public (string Certificate, string Key)? Own { get; init; }

    /// <summary>Which of them are near their end, or past it, and what to do; none where all is well.</summary>
    /// <param name="now">The time.</param>
    public IEnumerable<string> Warnings(DateTimeOffset now)
    {
        foreach (var (certificate, name, remedy) in ((X509Certificate2, string, string)[])[
            (Certificate, "certificate of this node", "Make another with mr certificate create, or with mr cluster down and up for nodes that those have started, and start the node again"),
            (Authority, "certificate of the cluster's authority", "Make another, and certificates for all nodes, with mr certificate create, and start all nodes together")])
        {
            DateTimeOffset end = certificate.NotAfter;
            if (end - now <= NoticeTerm) yield return string.Create(CultureInfo.InvariantCulture, $"The {name} {(end < now ? "has ended" : "ends")} on {end.UtcDateTime:yyyy-MM-dd}; other nodes refuse it from then on. {remedy}.");
        }
    }

    /// <summary>Reads PEM files; null where none is named.</summary>
    internal static TlsFiles? Read(string authority, string certificate, string key)
    {
        if (authority.Length + certificate.Length + key.Length == 0) return null;
        Require(authority, "authority");
        try
        {
            return new TlsFiles(X509CertificateLoader.LoadCertificateFromFile(authority), ReadOwn(certificate, key)) { Own = (certificate, key) };
        }
        catch (CryptographicException exception)
        {
            throw new ConfigurationException($"The authority '{authority}' cannot be read: {exception.Message} Make one with mr certificate create.", exception);
        }
    }

    /// <summary>Reads a node's certificate and its key.</summary>
    /// <exception cref="ConfigurationException">One of them is missing or no PEM, they are not for each other, or others may read the key.</exception>
    internal static X509Certificate2 ReadOwn(string certificate, string key)
    {
        Require(certificate, "certificate");
        Require(key, "key");
        PrivateFiles.Require(key, "key");
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            return InStore(pem);
        }
        // A key of another certificate is the latter.
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"The certificate '{certificate}' or its key '{key}' cannot be read: {exception.Message} Make them with mr certificate create.", exception);
        }
    }

    private static void Require(string file, string name)
    {
        if (!File.Exists(file)) throw new ConfigurationException($"There is no file '{file}' (mapreduce.tls.{name}). Make certificates with mr certificate create.");
    }

    /// <summary>The same certificate with its key in a store: one from PEM lives in memory only, and some platforms want more.</summary>
    internal static X509Certificate2 InStore(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
