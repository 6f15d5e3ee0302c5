using System.Net.Security;
using System.Security.Cryptography;
using MapReduce.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Security;

/// <summary>The certificate that a node shows over HTTP, to users and other nodes. Its files are looked at where somebody connects, so that one that was replaced is shown without a new start.</summary>
/// <remarks>The transport of messages takes its certificate once, when the node starts.</remarks>
public sealed class ShownCertificate
{
    // However often somebody connects.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly NodeSettings settings;
    private readonly PeerCheck check;
    private readonly TimeProvider time;
    private readonly ILogger<ShownCertificate> log;
    private SslStreamCertificateContext current;
    private string content;
    private long looked;

    /// <param name="settings">The settings of the node, which has started with the certificate that they hold.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Is told of one that was replaced.</param>
    public ShownCertificate(NodeSettings settings, TimeProvider time, ILogger<ShownCertificate> log)
    {
        (this.settings, this.time, this.log) = (settings, time, log);
        check = new PeerCheck(settings.Tls, settings.Peers, new HostAddresses());
        current = SslStreamCertificateContext.Create(settings.Tls.Certificate, additionalCertificates: null, offline: true);
        content = settings.Tls.Own is { } own ? ContentOf(own) : "";
        looked = time.GetTimestamp();
    }

    /// <summary>What is shown now.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (gate)
            {
                if (settings.Tls.Own is { } own && time.GetElapsedTime(looked) >= Interval) Look(own);
                return current;
            }
        }
    }

    private void Look((string Certificate, string Key) own)
    {
        looked = time.GetTimestamp();
        var found = ContentOf(own);
        if (found == content) return;
        content = found;
        if (Take(own) is { } problem) log.LogWarning("The files of this node's certificate have changed, and it keeps the one that it has. {Problem}", problem);
        else log.LogInformation("The certificate of this node was replaced. It is shown for data and HTTP from now on, and for messages when the node starts again.");
    }

    /// <summary>Why what the files have is not shown; null where it is from now on.</summary>
    private string? Take((string Certificate, string Key) own)
    {
        try
        {
            var certificate = TlsFiles.ReadOwn(own.Certificate, own.Key);
            if (check.RefuseNode(certificate, settings.Host) is { } refusal) return $"Other nodes would refuse this one: {refusal}.";
            current = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
            return null;
        }
        catch (Exception exception) when (exception is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>What tells whether the files are others: times do not, where a file is a link.</summary>
    private static string ContentOf((string Certificate, string Key) own)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData([.. File.ReadAllBytes(own.Certificate), .. File.ReadAllBytes(own.Key)]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
