using MapReduce.Node.Http;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Dashboard;

/// <summary>The pages of the dashboard, and how a browser gets in. Pages hold no data: their scripts ask the API for it.</summary>
internal sealed class DashboardEndpoints(BrowserSessions sessions, Callers callers, Refusals refusals)
{
    /// <summary>Nothing but our own files is loaded, no script but from them runs, and text never becomes markup.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private const string Assets = "/assets";
    private const int LongestForm = 32 << 10;

    private static readonly string[] Pages = ["/", "/jobs", "/jobs/{job}", "/nodes", "/nodes/{node}"];

    private readonly DashboardFiles files = new();

    /// <summary>Nothing of this is secret: anybody may see the pages, and be asked to sign in.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var page in Pages) routes.MapGet(page, PageAsync).AllowAnonymous();
        routes.MapGet($"{Assets}/{{**name}}", AssetAsync).AllowAnonymous();
        routes.MapGet("/login", LoginAsync).AllowAnonymous();
        routes.MapPost("/login", SignInAsync).AllowAnonymous();
        routes.MapPost("/logout", LogoutAsync).AllowAnonymous();
    }

    private Task PageAsync(HttpContext context) => callers.OfSession(context.Request.Cookies) is null ? AskAsync(context) : files.SendAsync(context, "index.html");

    private async Task AssetAsync(HttpContext context)
    {
        var name = context.Request.RouteValues["name"] as string ?? "";
        if (!name.EndsWith(".html", StringComparison.Ordinal) && files.Has(name)) await files.SendAsync(context, name);
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    /// <summary>A link with a ticket.</summary>
    private Task LoginAsync(HttpContext context)
    {
        if (context.Request.Query["ticket"] is not [{ } ticket]) return AskAsync(context);
        return sessions.Redeem(ticket) is { } caller ? Admit(context, caller) : RefuseAsync(context, "ticket");
    }

    /// <summary>The form with a token, for those who cannot run mr where the cluster is.</summary>
    private async Task SignInAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not (> 0 and <= LongestForm) || !context.Request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (caller, refusal) = await callers.OfTokenAsync(context, form["token"].ToString().Trim());
        if (caller is not null) await Admit(context, caller);
        else await RefuseAsync(context, refusal!.Code);
    }

    private Task RefuseAsync(HttpContext context, string code)
    {
        refusals.Log(context, code);
        return AskAsync(context, wasRefused: true);
    }

    private Task LogoutAsync(HttpContext context)
    {
        context.Response.Cookies.Delete(sessions.CookieName, Cookie(context));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task Admit(HttpContext context, Caller caller)
    {
        var cookie = Cookie(context);
        cookie.MaxAge = BrowserSessions.SessionTerm;
        context.Response.Cookies.Append(sessions.CookieName, sessions.NewSession(caller), cookie);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = "/";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        return Task.CompletedTask;
    }

    /// <summary>Asks to sign in, and says so where that was tried in vain.</summary>
    private Task AskAsync(HttpContext context, bool wasRefused = false)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return files.SendAsync(context, "signin.html", ("{{unless-refused}}", wasRefused ? "" : " hidden"));
    }

    private static CookieOptions Cookie(HttpContext context) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/" };
}
