using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Http;

/// <summary>The API for nodes, and health.</summary>
internal sealed class NodeEndpoints(NodeSettings settings, MasterLink master, Readiness readiness)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map(Roles.View, "GET", "/v1/nodes", ListAsync, "ListNodes", "Lists the nodes.", Contract.Answer.Of<NodeList>());
        routes.Map(Roles.Operate, "POST", "/v1/nodes/{node}/drain", DrainAsync, "DrainNode", "Gives a node no more work, and says how far it is.", Contract.Answer.Of<DrainStatus>());
        routes.MapGet("/health/live", (HttpContext context) => Reply.WriteAsync(context, new HealthStatus(settings.Name, "live"), ApiJson.Default.HealthStatus)).AllowAnonymous();
        routes.MapGet("/health/ready", ReadyAsync).AllowAnonymous();
    }

    private async Task ListAsync(HttpContext context)
        => await Reply.WriteAsync(context, Convert.List(await master.AskAsync<NodesAnswer>(new NodesQuery(), context.RequestAborted)), ApiJson.Default.NodeList);

    private async Task DrainAsync(HttpContext context)
    {
        var name = Reply.Route(context, "node");
        var progress = await master.ChangeAsync<DrainProgress>(context, new DrainRequest { Node = name }, TimeSpan.FromSeconds(10));
        if (progress.Unknown) throw new QuestionException("unknown-node", $"There is no node '{name}' in the cluster. List the nodes with mr nodes.");
        await Reply.WriteAsync(context, Convert.Status(progress), ApiJson.Default.DrainStatus);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var now = await readiness.NowAsync(context.RequestAborted);
        context.Response.StatusCode = now == Readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await Reply.WriteAsync(context, new HealthStatus(settings.Name, now), ApiJson.Default.HealthStatus);
    }
}
