using System.Text.Json;
using MapReduce.Api;
using MapReduce.Node.Security;
using MapReduce.Protocol.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Http;

/// <summary>The API for the cluster as a whole.</summary>
internal sealed class ClusterEndpoints(MasterLink master)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map(Roles.View, "GET", "/v1/cluster", ShowAsync, "GetCluster", "The cluster at a glance.", Contract.Answer.Of<ClusterStatus>()).TakesNumber("from", "The number of the last sample of throughput that is known.");
        routes.Map(Roles.View, "GET", "/v1/cluster/events", WatchAsync, "WatchOverview", "The same whenever it changes, as server-sent events.", Contract.Answer.Bytes("text/event-stream"))
            .TakesNumber("from", "The number of the last sample of throughput that is known; Last-Event-ID says the same.");
    }

    private async Task ShowAsync(HttpContext context)
        => await Reply.WriteAsync(context, Convert.Status(await AskAsync(context, Reply.LongNumber(context, "from"))), ApiJson.Default.ClusterStatus);

    /// <summary>Each event is the whole state and the samples since the one before, so that one that is missed leaves no gap.</summary>
    private async Task WatchAsync(HttpContext context)
    {
        var from = ServerEvents.From(context);
        await ServerEvents.BeginAsync(context);
        using var pace = new PeriodicTimer(Pace);
        var told = "";
        do
        {
            try
            {
                var status = Convert.Status(await AskAsync(context, from));
                var json = JsonSerializer.Serialize(status, ApiJson.Default.ClusterStatus);
                from = status.Throughput.First + status.Throughput.Bytes.Count - 1;
                if (json == told) await ServerEvents.WaitAsync(context);
                else await ServerEvents.WriteAsync(context, "cluster", told = json, from);
            }
            catch (QuestionException exception)
            {
                await ServerEvents.WriteAsync(context, "problem", JsonSerializer.Serialize(new ApiError(exception.Code, exception.Message), ApiJson.Default.ApiError));
            }
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        while (await pace.WaitForNextTickAsync(context.RequestAborted) && Access.MayGoOn(context));
    }

    private Task<ClusterAnswer> AskAsync(HttpContext context, long from) => master.AskAsync<ClusterAnswer>(new ClusterQuery { From = from }, context.RequestAborted);
}
