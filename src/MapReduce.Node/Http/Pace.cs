using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MapReduce.Node.Http;

/// <summary>Nobody takes all of a node by calls alone: each user has a pace, and each address from which strangers call. Nodes call each other at another port, as they like.</summary>
internal static class Pace
{
    // What one house has of IPv6.
    private const int NetworkBytes = 8;

    public static void Add(IServiceCollection services, PaceSettings settings) => services.AddRateLimiter(options =>
    {
        options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(context => PartitionOf(context, settings)),
            PartitionedRateLimiter.Create<HttpContext, string>(context => OpenOf(context, settings)));
        options.OnRejected = (rejected, _) => RefuseAsync(rejected.HttpContext);
    });

    private static RateLimitPartition<string> PartitionOf(HttpContext context, PaceSettings settings)
    {
        if (!Access.IsKnown(context)) return Of($"address {NetworkOf(context.Connection.RemoteIpAddress)}", settings.Stranger, settings.Burst);
        return Of($"user {Access.NameOf(context)}", settings.User, settings.Burst);
    }

    /// <summary>Calls that watch something have no end. Those of strangers are bounded by their connections.</summary>
    private static RateLimitPartition<string> OpenOf(HttpContext context, PaceSettings settings) => settings.Open == 0 || !Access.IsKnown(context)
        ? RateLimitPartition.GetNoLimiter("any number")
        : RateLimitPartition.GetConcurrencyLimiter(Access.NameOf(context), _ => new ConcurrencyLimiterOptions { PermitLimit = settings.Open });

    private static RateLimitPartition<string> Of(string caller, int rate, int burst) => rate == 0
        ? RateLimitPartition.GetNoLimiter("any number")
        : RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = rate * burst,
            TokensPerPeriod = rate,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        });

    /// <summary>Whoever has one address of such a network has many.</summary>
    private static IPAddress NetworkOf(IPAddress? address)
    {
        if (address is null) return IPAddress.None;
        var plain = HostAddresses.Plain(address);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6) return plain;
        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }

    private static ValueTask RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        var who = Access.IsKnown(context) ? Access.NameOf(context) : "This address";
        return new ValueTask(context.RequestServices.GetRequiredService<Refusals>().AnswerAsync(context, new("pace", $"{who} calls more often than this node takes, or has more calls open. Wait a second, or ask whoever runs the cluster to change mapreduce.http.pace.")));
    }
}
