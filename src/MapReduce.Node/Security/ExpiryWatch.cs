using MapReduce.Node.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Security;

/// <summary>Warns when the node starts, and once a day, that a certificate of it is near its end.</summary>
internal sealed class ExpiryWatch(TlsFiles tls, TimeProvider time, ILogger<ExpiryWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var day = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                foreach (var warning in tls.Warnings(time.GetUtcNow())) log.LogWarning("{Warning}", warning);
            }
            while (await day.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The node ends, perhaps before it has begun.
        }
    }
}
