using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Dashboard;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>Lets nobody in without the token or a session of the dashboard, nor from a page of another site in a user's browser.</summary>
internal sealed class Guard(NodeSettings settings, Tokens tokens, BrowserSessions sessions, ILogger<Guard> log)
{
    /// <summary>A header that a page of another site cannot send without being asked first.</summary>
    public const string DashboardHeader = "X-MapReduce-Dashboard";

    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly RefusalLog refusals = new(log, TimeProvider.System);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        Protect(context.Response.Headers);
        if (!IsOurs(request.Host.Host)) await RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, "host", $"The name '{request.Host.Host}' is not one of this node. Call it by its own name, or add the name to mapreduce.http.names.");
        else if (IsOfOtherSite(request)) await RefuseAsync(context, StatusCodes.Status403Forbidden, "origin", "Pages of other sites may not call this node.");
        else if (HasToken(request)) await AdmitAsync(context, next);
        else if (request.Path.StartsWithSegments("/health") || DashboardEndpoints.IsOpen(request)) await next(context);
        else if (!sessions.IsSession(request.Cookies[sessions.CookieName])) await RefuseAsync(context, StatusCodes.Status401Unauthorized, "token", "The call has no token, or not the one of this cluster. mr reads it from the cluster's folder; other programs send it as 'Authorization: Bearer TOKEN'.");
        else if (!IsFromOurPage(request)) await RefuseAsync(context, StatusCodes.Status403Forbidden, "origin", "A session of the dashboard is for the dashboard only. Programs send the token: 'Authorization: Bearer TOKEN'.");
        else await AdmitAsync(context, next);
    }

    private static Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        Strangers.Admit(context);
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

    /// <summary>Whether a call with a session comes from the dashboard of this very node. A page at another port of the same machine has the cookie, too.</summary>
    private static bool IsFromOurPage(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].Any(site => site is not ("same-origin" or "none"))) return false;
        // A foreign origin has been refused before this.
        return HttpMethods.IsGet(request.Method) || (request.Headers.Origin.Count == 1 && request.Headers.ContainsKey(DashboardHeader));
    }

    /// <summary>Whether a page of another site calls. Whoever names several origins has to be of this one with each.</summary>
    private static bool IsOfOtherSite(HttpRequest request) => request.Headers.Origin.Any(origin => !IsSameOrigin(origin, request));

    private static bool IsSameOrigin(string? origin, HttpRequest request) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == request.Host.Value && uri.Scheme == request.Scheme;

    private bool IsOurs(string host) => host == settings.Host || Loopback.Contains(host) || settings.Names.Contains(host);

    private bool HasToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        if (request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.Ordinal)) return false;
        return Tokens.Same(header[Scheme.Length..], tokens.User);
    }

    private async Task RefuseAsync(HttpContext context, int status, string code, string message)
    {
        refusals.Warn("Refused {Method} {Path} from {Remote}: {Code}.", RefusalLog.Short(context.Request.Method), RefusalLog.Short(context.Request.Path.ToUriComponent()), context.Connection.RemoteIpAddress, code);
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new ApiError(code, message), ApiJson.Default.ApiError);
    }
}
