using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>What the certificate of a node says: the names and addresses that others reach the node at, and that it both calls and is called.</summary>
internal static class NodeCertificate
{
    /// <summary>How long it is good.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromDays(730);

    // Nobody has to trust what is in no file, and it ends with its node.
    private static readonly TimeSpan TermAlone = TimeSpan.FromDays(36_500);

    /// <summary>How far behind the clock of another machine may be.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    /// <summary>Asks for a certificate.</summary>
    public static CertificateRequest Request(string name, ECDsa key, IEnumerable<string> hosts)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(AuthorityPolicy.Server), new Oid(AuthorityPolicy.Client)], false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    /// <summary>One that is its own authority and in no file: whoever has only this is a cluster of its own, which nobody can join.</summary>
    public static TlsFiles OfOneAlone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var made = Request("one node alone", key, ["localhost"]).CreateSelfSigned(now - Tolerance, now + TermAlone);
        return new TlsFiles(X509CertificateLoader.LoadCertificate(made.RawData), TlsFiles.InStore(made));
    }
}
