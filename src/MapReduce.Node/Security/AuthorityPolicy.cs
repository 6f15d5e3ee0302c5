using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MapReduce.Node.Security;

/// <summary>What makes a certificate one of the cluster: its authority, and nothing that the machine trusts beside it; and that it is for what its owner does.</summary>
internal static class AuthorityPolicy
{
    /// <summary>What a certificate is for whose owner is called.</summary>
    public const string Server = "1.3.6.1.5.5.7.3.1";

    /// <summary>What a certificate is for whose owner calls.</summary>
    public const string Client = "1.3.6.1.5.5.7.3.2";

    /// <summary>For certificates of an authority.</summary>
    /// <param name="authority">The authority.</param>
    /// <param name="use">What for: <see cref="Server"/> or <see cref="Client"/>.</param>
    public static X509ChainPolicy Of(X509Certificate2 authority, string use)
    {
        // A certificate that a stranger shows may name an address where its issuer is to be had: nothing is fetched from there.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(authority);
        policy.ApplicationPolicy.Add(new Oid(use));
        return policy;
    }
}
