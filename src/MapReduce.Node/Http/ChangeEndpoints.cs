using System.Text.Json;
using MapReduce.Api;
using MapReduce.Node.Security;
using MapReduce.Protocol.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Http;

/// <summary>The API for those who watch the whole cluster.</summary>
internal sealed class ChangeEndpoints(MasterLink master)
{
    public void Map(IEndpointRouteBuilder routes)
        => routes.Map(Roles.View, "GET", "/v1/events", WatchAsync, "WatchCluster", "Changes of jobs, nodes and masters as they happen, as server-sent events, from any revision that is kept.", Contract.Answer.Bytes("text/event-stream"))
            .TakesNumber("from", "The revision of the last change that is known; Last-Event-ID says the same. Without it: from now on.");

    /// <summary>Sends changes as they happen, until the caller leaves, or asks for what is not kept any more.</summary>
    private async Task WatchAsync(HttpContext context)
    {
        var page = await FirstAsync(context);
        if (page.Compacted) throw new QuestionException(ApiException.Compacted, Compacted(page));
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var from = page.To;
        while (true)
        {
            foreach (var change in page.Changes)
                await context.Response.WriteAsync($"id: {change.Revision}\nevent: change\ndata: {JsonSerializer.Serialize(Convert.Change(change), ApiJson.Default.ClusterChange)}\n\n", context.RequestAborted);
            // Each side learns by it whether the other still lives, and the watcher how far it is: not every revision is a change.
            if (page.Changes.Count == 0 || page.Changes[^1].Revision < page.To) await context.Response.WriteAsync($"id: {page.To}\nevent: waiting\ndata: {page.To}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            // Where no master can be reached from here, the watcher does better to ask another node.
            if (!Access.MayGoOn(context) || await NextAsync(from, context.RequestAborted) is not { } next) return;
            page = next;
            if (page.Compacted) break;
            from = page.To;
        }
        await context.Response.WriteAsync($"event: compacted\ndata: {Compacted(page)}\n\n", context.RequestAborted);
    }

    private static string Compacted(ChangesAnswer page)
        => $"The changes after revision {page.From} are not kept any more. List the jobs and nodes anew and watch from the revision that the lists name; the oldest revision to watch from is {page.Oldest}.";

    private async Task<ChangesAnswer> FirstAsync(HttpContext context)
    {
        var from = context.Request.Headers["Last-Event-ID"] is [{ } last] && long.TryParse(last, out var seen) ? seen : context.Request.Query.ContainsKey("from") ? Reply.LongNumber(context, "from") : -1;
        return await master.AskAsync<ChangesAnswer>(new ChangesQuery { From = from }, context.RequestAborted);
    }

    /// <summary>The next changes; null where no master answers, or its journal is away.</summary>
    private async Task<ChangesAnswer?> NextAsync(long from, CancellationToken cancellation)
    {
        try
        {
            return await master.AskAsync<ChangesAnswer>(new ChangesQuery { From = from }, cancellation);
        }
        catch (QuestionException exception) when (exception.Code is "no-master" or "journal")
        {
            return null;
        }
    }
}
