using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>Whether the other side of a connection is let in: its certificate has to be one of the cluster's authority, not revoked, and for what it does and where it is.</summary>
/// <param name="tls">Whose authority counts.</param>
/// <param name="settings">What else is asked.</param>
/// <param name="addresses">What host names stand for.</param>
public sealed class PeerCheck(TlsFiles tls, PeerSettings settings, HostAddresses addresses)
{
    /// <summary>Why the other side of a connection between nodes is refused; null where it is let in.</summary>
    /// <param name="certificate">What it shows.</param>
    /// <param name="peer">As Akka.NET has it for messages: <c>ssl.tcp://mapreduce@HOST:PORT</c> where this node calls; and where it is called, for data as well, <c>[ADDRESS]:PORT</c>.</param>
    public string? Refuse(X509Certificate2 certificate, string peer)
    {
        if (IPEndPoint.TryParse(peer, out var caller)) return RefuseClient(certificate) ?? RefuseFrom(certificate, HostAddresses.Plain(caller.Address));
        if (Uri.TryCreate(peer, UriKind.Absolute, out var called)) return RefuseAt(certificate, called.IdnHost);
        return "it is nowhere";
    }

    /// <summary>Why whoever is called is refused; null where it is let in.</summary>
    /// <param name="certificate">What it shows.</param>
    /// <param name="host">The host that is called.</param>
    public string? RefuseAt(X509Certificate2 certificate, string host) => RefuseStranger(certificate, AuthorityPolicy.Server) ?? (IsFor(certificate, host) ? null : NotFor(certificate, host));

    /// <summary>Why whoever calls is refused, wherever it is; null where it is let in.</summary>
    /// <param name="certificate">What it shows.</param>
    public string? RefuseClient(X509Certificate2 certificate) => RefuseStranger(certificate, AuthorityPolicy.Client);

    /// <summary>Why other nodes would refuse a node, whichever of the two calls; null where they let it in.</summary>
    /// <param name="certificate">What it shows.</param>
    /// <param name="host">The host that it is called at.</param>
    public string? RefuseNode(X509Certificate2 certificate, string host) => RefuseAt(certificate, host) ?? RefuseClient(certificate);

    private string? RefuseStranger(X509Certificate2 certificate, string use)
    {
        if (settings.IsRevoked(certificate)) return $"its certificate, {certificate.Subject}, is revoked";
        using var chain = new X509Chain { ChainPolicy = AuthorityPolicy.Of(tls.Authority, use) };
        if (chain.Build(certificate)) return null;
        return chain.ChainStatus.All(IsOfTime) ? NotNow(chain) : $"its certificate is not one of this cluster's: {string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()))}";
    }

    private static bool IsOfTime(X509ChainStatus status) => status.Status == X509ChainStatusFlags.NotTimeValid;

    /// <summary>Either of the two may be wrong, the certificate or a clock.</summary>
    private static string NotNow(X509Chain chain)
    {
        var certificate = chain.ChainElements.First(element => element.ChainElementStatus.Any(IsOfTime)).Certificate;
        var now = chain.ChainPolicy.VerificationTime.ToUniversalTime();
        return certificate.NotBefore.ToUniversalTime() > now
            ? $"the certificate {certificate.Subject} is good from {Written(certificate.NotBefore)} on, and the clock of this machine says {Written(now)}: set the clocks of both machines"
            : $"the certificate {certificate.Subject} ended at {Written(certificate.NotAfter)}, and the clock of this machine says {Written(now)}: make another with mr certificate create, or set the clock";
    }

    private static string Written(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private string? RefuseFrom(X509Certificate2 certificate, IPAddress address)
        => !settings.ChecksCallers || IsFor(certificate, address.ToString()) || addresses.Has(NamesOf(certificate), address) ? null : NotFor(certificate, address.ToString());

    private static bool IsFor(X509Certificate2 certificate, string host)
        => Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 && certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false);

    private static string NotFor(X509Certificate2 certificate, string host)
        => $"its certificate is for {string.Join(", ", NamesOf(certificate).Concat(AlternativesOf(certificate).SelectMany(names => names.EnumerateIPAddresses()).Select(address => address.ToString())))}, and not for {host}: make another with mr certificate create NODE --host {host}";

    /// <summary>The names that can be looked up: a pattern of names stands for no address.</summary>
    private static List<string> NamesOf(X509Certificate2 certificate)
        => [.. AlternativesOf(certificate).SelectMany(names => names.EnumerateDnsNames()).Where(name => !name.Contains('*', StringComparison.Ordinal))];

    private static IEnumerable<X509SubjectAlternativeNameExtension> AlternativesOf(X509Certificate2 certificate) => certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>();
}
