using MapReduce.Node.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Security;

/// <summary>Warns when the node starts, and once a day, that a certificate of it is near its end, or that other nodes refuse it.</summary>
internal sealed class ExpiryWatch(NodeSettings settings, TimeProvider time, ILogger<ExpiryWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>What is or soon will be wrong with the certificates of a node, and what to do; none where all is well, or nobody else has to know the node.</summary>
    /// <param name="settings">The node's settings.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<string> Warnings(NodeSettings settings, DateTimeOffset now)
    {
        if (settings.IsAlone) yield break;
        foreach (var warning in settings.Tls.Warnings(now)) yield return warning;
        var own = settings.Tls.Certificate;
        // That it has ended has been said.
        if (own.NotAfter.ToUniversalTime() <= now.UtcDateTime) yield break;
        var check = new PeerCheck(settings.Tls, settings.Peers, new HostAddresses());
        if (check.RefuseNode(own, settings.Host) is { } refusal) yield return $"Other nodes refuse this one: {refusal}.";
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var day = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                foreach (var warning in Warnings(settings, time.GetUtcNow())) log.LogWarning("{Warning}", warning);
            }
            while (await day.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The node ends, perhaps before it has begun.
        }
    }
}
