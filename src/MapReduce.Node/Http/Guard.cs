using MapReduce.Node.Configuration;
using MapReduce.Node.Dashboard;
using Microsoft.AspNetCore.Http;

namespace MapReduce.Node.Http;

/// <summary>Answers no call under a name that is not the node's, nor from a page of another site in a user's browser, whoever calls.</summary>
internal sealed class Guard(NodeSettings settings, Refusals refusals)
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        Protect(context.Response.Headers);
        if (!IsOurs(request.Host.Host)) return refusals.AnswerAsync(context, new("host", $"The name '{request.Host.Host}' is not one of this node. Call it by its own name, or add the name to mapreduce.http.names."));
        if (IsOfOtherSite(request)) return refusals.AnswerAsync(context, new("origin", "Pages of other sites may not call this node."));
        return next(context);
    }

    /// <summary>What browsers are told about everything that comes from here.</summary>
    private static void Protect(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = DashboardEndpoints.ContentSecurityPolicy;
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    /// <summary>Whether a page of another site calls. Whoever names several origins has to be of this one with each.</summary>
    private static bool IsOfOtherSite(HttpRequest request) => request.Headers.Origin.Any(origin => !IsSameOrigin(origin, request));

    private static bool IsSameOrigin(string? origin, HttpRequest request) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == request.Host.Value && uri.Scheme == request.Scheme;

    private bool IsOurs(string host) => host == settings.Host || Loopback.Contains(host) || settings.Names.Contains(host);
}
