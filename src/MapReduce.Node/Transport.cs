using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Akka.Remote.Transport.DotNetty;
using MapReduce.Node.Configuration;
using MapReduce.Node.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node;

/// <summary>How bytes travel between nodes: messages by TLS in which both sides show a certificate of the cluster's authority, and so HTTP, but for loopback, where a browser may come in the clear.</summary>
internal static class Transport
{
    public static void Listen(KestrelServerOptions kestrel, NodeSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.Worker.PackageBytes + 1;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        Action<ListenOptions> options = listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (settings.HttpTls) UseTls(listen, settings.Tls);
        };
        if (settings.Host == "localhost") kestrel.ListenLocalhost(settings.HttpPort, options);
        else if (IPAddress.TryParse(settings.Host, out var address)) kestrel.Listen(address, settings.HttpPort, options);
        else kestrel.ListenAnyIP(settings.HttpPort, options);
    }

    /// <summary>Where <see cref="Listen"/> listens; under a name at every address, because a container is reached from inside as well.</summary>
    public static IPAddress AddressOf(string host)
        => host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : IPAddress.Any;

    /// <summary>Whoever does not get as far as a request is told to the log here: the web server itself tells it only to those who look for faults.</summary>
    private static void UseTls(ListenOptions listen, TlsFiles tls)
    {
        var log = new RefusalLog(listen.ApplicationServices.GetRequiredService<ILogger<MapReduceNode>>(), TimeProvider.System);
        var isAgreed = new object();
        listen.Use(next => async connection =>
        {
            await next(connection);
            if (!connection.Items.ContainsKey(isAgreed)) log.Warn("A connection from {Remote} ended before TLS was agreed: it spoke in the clear, one side does not trust the certificate of the other, or it went away first.", connection.RemoteEndPoint);
        });
        listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = tls.Certificate,
            // People have a token and no certificate; nodes have both, and without one nothing internal is answered.
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = (certificate, _, _) => IsOfAuthority(certificate, tls),
        });
        listen.Use(next => connection =>
        {
            connection.Items[isAgreed] = isAgreed;
            return next(connection);
        });
    }

    /// <summary>For requests to other nodes.</summary>
    public static SocketsHttpHandler Handler(NodeSettings settings)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        // Requests carry the context of the span that sends them, and not of one within the handler that nobody exports.
        handler.ActivityHeadersPropagator = null;
        if (settings.HttpTls)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [settings.Tls.Certificate],
                CertificateChainPolicy = Policy(settings.Tls.Authority),
            };
        }
        return handler;
    }

    /// <summary>For messages between nodes.</summary>
    public static DotNettySslSetup Remoting(NodeSettings settings) => new(settings.Tls.Certificate, suppressValidation: false, requireMutualAuthentication: true,
        // Whoever is called must show a certificate for the host of the call. Where another calls us there is no such name, and the stream finds no mismatch.
        (certificate, _, _, errors, _) => certificate is not null && IsOfAuthority(certificate, settings.Tls) && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch));

    private static bool IsOfAuthority(X509Certificate2 certificate, TlsFiles tls)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(tls.Authority) };
        return chain.Build(certificate);
    }

    private static X509ChainPolicy Policy(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }
}
