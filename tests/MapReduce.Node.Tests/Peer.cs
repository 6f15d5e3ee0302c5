using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Tests;

/// <summary>Calls nodes at the port that they have for each other.</summary>
internal static class Peer
{
    /// <summary>Calls as a node does: trusts the authority of its cluster, and shows a certificate.</summary>
    /// <param name="node">A node of the cluster.</param>
    /// <param name="certificate">The certificate; null for that of the node.</param>
    public static HttpClient Of(NodeSettings node, X509Certificate2? certificate = null) => new(Handler(node, [certificate ?? node.Tls.Certificate]));

    /// <summary>Calls as somebody who has no certificate.</summary>
    public static HttpClient WithoutCertificate(NodeSettings node) => new(Handler(node, null));

    private static SocketsHttpHandler Handler(NodeSettings node, X509CertificateCollection? certificates)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(node.Tls.Authority);
        return new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy, ClientCertificates = certificates } };
    }
}
