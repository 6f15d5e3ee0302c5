using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
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

/// <summary>How bytes travel: messages and data between nodes by TLS in which both sides show a certificate of the cluster's authority, each at a port of its own; HTTP of users by TLS in which the node does, but for loopback, where a browser may come in the clear.</summary>
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
        var shown = kestrel.ApplicationServices.GetRequiredService<ShownCertificate>();
        Listen(kestrel, settings.Host, settings.HttpPort, strangers, listen =>
        {
            if (settings.HttpTls) UseTls(listen, log, OfUsers(shown));
        });
        // Localhost is one address between nodes, as it is for messages: what calls come from has to be what certificates say.
        Listen(kestrel, settings.Host == "localhost" ? "127.0.0.1" : settings.Host, settings.DataPort, strangers, listen =>
        {
            UseTls(listen, log, OfNodes(settings, shown, log));
            listen.Use(next => connection =>
            {
                Strangers.Admit(connection.Items);
                return next(connection);
            });
        });
    }

    private static void Listen(KestrelServerOptions kestrel, string host, int port, Strangers strangers, Action<ListenOptions> secure)
    {
        Action<ListenOptions> options = listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => strangers.ServeAsync(connection, next));
            secure(listen);
        };
        if (host == "localhost") kestrel.ListenLocalhost(port, options);
        else if (IPAddress.TryParse(host, out var address)) kestrel.Listen(address, port, options);
        else kestrel.ListenAnyIP(port, options);
    }

    /// <summary>Where HTTP arrives; under a name at every address, because a container is reached from inside as well.</summary>
    public static IPAddress AddressOf(string host)
        => host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : IPAddress.Any;

    /// <summary>Whoever does not get as far as a request is told to the log here: the web server itself tells it only to those who look for faults.</summary>
    private static void UseTls(ListenOptions listen, RefusalLog log, TlsHandshakeCallbackOptions tls)
    {
        var isAgreed = new object();
        listen.Use(next => async connection =>
        {
            await next(connection);
            if (!connection.Items.ContainsKey(isAgreed)) log.Warn("A connection from {Remote} ended before TLS was agreed: it spoke in the clear, one side does not trust the certificate of the other, or it went away first.", connection.RemoteEndPoint);
        });
        listen.UseHttps(tls);
        listen.Use(next => connection =>
        {
            connection.Items[isAgreed] = isAgreed;
            return next(connection);
        });
    }

    /// <summary>For calls of users, who show no certificate.</summary>
    private static TlsHandshakeCallbackOptions OfUsers(ShownCertificate shown)
        => new() { OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = shown.Current }) };

    /// <summary>For calls of nodes, of which each shows a certificate: who it is asks what asks it for messages.</summary>
    private static TlsHandshakeCallbackOptions OfNodes(NodeSettings settings, ShownCertificate shown, RefusalLog log)
    {
        var peers = Peers(settings);
        return new TlsHandshakeCallbackOptions
        {
            OnConnection = handshake => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = shown.Current,
                ClientCertificateRequired = true,
                CertificateChainPolicy = AuthorityPolicy.Of(settings.Tls.Authority, AuthorityPolicy.Client),
                RemoteCertificateValidationCallback = (_, peer, _, _) =>
                {
                    var caller = handshake.Connection.RemoteEndPoint;
                    var refusal = peer is X509Certificate2 certificate ? peers.Refuse(certificate, $"{caller}") : "it shows no certificate";
                    if (refusal is not null) log.Warn("Refused {Remote}: {Refusal}.", caller, refusal);
                    return refusal is null;
                },
            }),
        };
    }

    /// <summary>For requests to nodes.</summary>
    /// <param name="settings">Whom to trust.</param>
    /// <param name="shown">What to show; null for a user, who shows nothing.</param>
    public static SocketsHttpHandler Handler(NodeSettings settings, ShownCertificate? shown)
    {
        // No node sends another elsewhere, and what nodes prove themselves by is for nobody else.
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        // Requests carry the context of the span that sends them, and not of one within the handler that nobody exports.
        handler.ActivityHeadersPropagator = null;
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = AuthorityPolicy.Of(settings.Tls.Authority, AuthorityPolicy.Server) };
        if (shown is not null) handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => shown.Current.TargetCertificate;
        // Without a callback the error says more of what is wrong.
        if (settings.Peers.Revoked.Count > 0)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => errors == SslPolicyErrors.None && certificate is not null && !settings.Peers.IsRevoked(certificate);
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
