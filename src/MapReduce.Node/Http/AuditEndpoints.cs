using System.Net.Http.Json;
using System.Text.Json;
using MapReduce.Api;
using MapReduce.Node.Security;
using MapReduce.Worker;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Http;

/// <summary>The API for those who want to know who has changed what. Each node knows the calls that it was asked, and any asks all.</summary>
internal sealed class AuditEndpoints(AuditLog audit, WorkerNode node)
{
    private const int Usual = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map(Roles.Operate, "GET", "/v1/audit", ListAsync, "ListAudit", "Lists what callers have changed, or tried to, on all nodes that answer, the last first.", Contract.Answer.Of<AuditList>()).TakesNumber("last", "How many at most: up to 1000; 100 without it.");
    }

    /// <summary>Tells another node what was asked here.</summary>
    public Task TellAsync(HttpContext context) => Reply.WriteAsync(context, new AuditList(audit.Latest(CountOf(context)), []), ApiJson.Default.AuditList);

    private async Task ListAsync(HttpContext context)
    {
        var count = CountOf(context);
        var peers = node.Links.Peers();
        var answers = await Task.WhenAll(peers.Select(peer => AskAsync(peer, count, context.RequestAborted)));
        var entries = audit.Latest(count).Concat(answers.SelectMany(answer => answer?.Entries ?? [])).OrderByDescending(entry => entry.At).Take(count);
        await Reply.WriteAsync(context, new AuditList([.. entries], [.. peers.Where((_, index) => answers[index] is null)]), ApiJson.Default.AuditList);
    }

    private static int CountOf(HttpContext context) => Math.Min(Reply.Number(context, "last") is > 0 and var last ? last : Usual, AuditLog.MostLatest);

    private async Task<AuditList?> AskAsync(string peer, int count, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await node.Links.Http.GetFromJsonAsync(new Uri(new Uri(peer), $"internal/audit?last={count}"), ApiJson.Default.AuditList, patience.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
