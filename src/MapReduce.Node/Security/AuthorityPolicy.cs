using System.Security.Cryptography.X509Certificates;

namespace MapReduce.Node.Security;

/// <summary>What makes a certificate one of the cluster: its authority, and nothing that the machine trusts beside it.</summary>
internal static class AuthorityPolicy
{
    public static X509ChainPolicy Of(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }
}
