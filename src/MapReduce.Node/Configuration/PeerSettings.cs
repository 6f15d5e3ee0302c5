using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>What is asked of other nodes beside a certificate of the cluster's authority.</summary>
/// <param name="ChecksCallers">Whether a node that calls must be where its certificate says.</param>
/// <param name="Revoked">Fingerprints of certificates that are accepted no more: the SHA-256 of each, in capitals.</param>
public sealed record PeerSettings(bool ChecksCallers, IReadOnlySet<string> Revoked)
{
    private const int FingerprintLength = 64;

    /// <summary>Whether a certificate is accepted no more.</summary>
    public bool IsRevoked(X509Certificate certificate) => Revoked.Count > 0 && Revoked.Contains(certificate.GetCertHashString(HashAlgorithmName.SHA256));

    /// <summary>Reads <c>mapreduce.tls</c>.</summary>
    /// <exception cref="ConfigurationException">A setting makes no sense.</exception>
    internal static PeerSettings Read(Config tls) => new(
        tls.GetString("callers") switch
        {
            "names" => true,
            "any" => false,
            var other => throw new ConfigurationException($"mapreduce.tls.callers is '{other}'. It may be names or any."),
        },
        tls.GetStringList("revoked").Select(Fingerprint).ToHashSet(StringComparer.Ordinal));

    /// <summary>With colons, as openssl shows it, or without.</summary>
    private static string Fingerprint(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.Length == FingerprintLength && digits.All(char.IsAsciiHexDigit)
            ? digits
            : throw new ConfigurationException($"mapreduce.tls.revoked has '{text}', which is no fingerprint. openssl x509 -in node-1.pem -noout -fingerprint -sha256 shows that of a certificate.");
    }
}
