using System.Net;
using System.Net.Security;
using Akka.Event;
using Akka.Remote.Transport.DotNetty;
using MapReduce.Node.Configuration;
using MapReduce.Node.Http;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node;

/// <summary>How bytes travel between nodes: messages by TLS in which both sides show a certificate of the cluster's authority, and so HTTP, but for loopback, where a browser may come in the clear.</summary>
internal static class Transport
{
    // Connections that say nothing, or trickle, take no more of a node than this.
    private const int MostConnections = 2000;
    private const int MostStrangers = 1000;
    private static readonly TimeSpan HeadersPatience = TimeSpan.FromSeconds(10);
    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(30));

    public static void Listen(KestrelServerOptions kestrel, NodeSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.Worker.PackageBytes + 1;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.RequestHeadersTimeout = HeadersPatience;
        kestrel.Limits.MinRequestBodyDataRate = SlowestBody;
        // Those who watch read as slowly as there is something to read.
        kestrel.Limits.MinResponseDataRate = null;
        var log = new RefusalLog(kestrel.ApplicationServices.GetRequiredService<ILogger<MapReduceNode>>(), TimeProvider.System);
        var strangers = new Strangers(MostStrangers, log);
        Action<ListenOptions> options = listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => strangers.ServeAsync(connection, next));
            if (settings.HttpTls) UseTls(listen, settings, log);
        };
        if (settings.Host == "localhost") kestrel.ListenLocalhost(settings.HttpPort, options);
        else if (IPAddress.TryParse(settings.Host, out var address)) kestrel.Listen(address, settings.HttpPort, options);
        else kestrel.ListenAnyIP(settings.HttpPort, options);
    }

    /// <summary>Where <see cref="Listen"/> listens; under a name at every address, because a container is reached from inside as well.</summary>
    public static IPAddress AddressOf(string host)
        => host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : IPAddress.Any;

    /// <summary>Whoever does not get as far as a request is told to the log here: the web server itself tells it only to those who look for faults.</summary>
    private static void UseTls(ListenOptions listen, NodeSettings settings, RefusalLog log)
    {
        var peers = Peers(settings);
        var isAgreed = new object();
        listen.Use(next => async connection =>
        {
            await next(connection);
            if (!connection.Items.ContainsKey(isAgreed)) log.Warn("A connection from {Remote} ended before TLS was agreed: it spoke in the clear, one side does not trust the certificate of the other, or it went away first.", connection.RemoteEndPoint);
        });
        listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = settings.Tls.Certificate,
            // People have a token and no certificate; nodes have both, and without one nothing internal is answered.
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = (certificate, _, _) =>
            {
                if (peers.RefuseClient(certificate) is not { } refusal) return true;
                log.Warn("Refused a client: {Refusal}.", refusal);
                return false;
            },
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
        // No node sends another elsewhere, and what nodes prove themselves by is for nobody else.
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        // Requests carry the context of the span that sends them, and not of one within the handler that nobody exports.
        handler.ActivityHeadersPropagator = null;
        if (settings.HttpTls)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [settings.Tls.Certificate],
                CertificateChainPolicy = AuthorityPolicy.Of(settings.Tls.Authority, AuthorityPolicy.Server),
            };
            // Without a callback the error says more of what is wrong.
            if (settings.Peers.Revoked.Count > 0)
                handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => errors == SslPolicyErrors.None && certificate is not null && !settings.Peers.IsRevoked(certificate);
        }
        return handler;
    }

    /// <summary>For messages between nodes.</summary>
    public static DotNettySslSetup Remoting(NodeSettings settings)
    {
        var peers = Peers(settings);
        return new DotNettySslSetup(settings.Tls.Certificate, suppressValidation: false, requireMutualAuthentication: true, (certificate, _, peer, _, log) =>
        {
            var refusal = certificate is null ? "it shows no certificate" : peers.Refuse(certificate, peer);
            if (refusal is not null) log.Warning("Refused {Peer}: {Refusal}.", peer, refusal);
            return refusal is null;
        });
    }

    private static PeerCheck Peers(NodeSettings settings) => new(settings.Tls, settings.Peers, new HostAddresses());
}
