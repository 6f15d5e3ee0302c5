using System.Text.Encodings.Web;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MapReduce.Node.Http;

/// <summary>Tells who calls: a user by a token, a browser by a session of the dashboard.</summary>
/// <remarks>It logs nothing: <see cref="Refusals"/> does, at a pace that callers cannot set.</remarks>
internal sealed class CallerScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, UrlEncoder encoder, Callers callers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, NullLoggerFactory.Instance, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "caller";

    /// <summary>A header that a page of another site cannot send without being asked first.</summary>
    private const string DashboardHeader = "X-MapReduce-Dashboard";

    private const string Bearer = "Bearer ";

    private string? Token => Request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.Ordinal) ? header[Bearer.Length..] : null;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Token is not { } token) return OfSession();
        var (caller, refusal) = await callers.OfTokenAsync(Context, token);
        return caller is not null ? Admit(caller) : AuthenticateResult.Fail(refusal!);
    }

    private AuthenticateResult OfSession()
    {
        if (callers.OfSession(Request.Cookies) is not { } caller) return AuthenticateResult.NoResult();
        return IsFromOurPage() ? Admit(caller) : Refuse("origin", "A session of the dashboard is for the dashboard only. Programs send a token: 'Authorization: Bearer TOKEN'.");
    }

    /// <summary>Whether a call with a session comes from the dashboard of this very node. A page at another port of the same machine has the cookie, too.</summary>
    private bool IsFromOurPage()
    {
        if (Request.Headers["Sec-Fetch-Site"].Any(site => site is not ("same-origin" or "none"))) return false;
        // A foreign origin has been refused before this.
        return HttpMethods.IsGet(Request.Method) || (Request.Headers.Origin.Count == 1 && Request.Headers.ContainsKey(DashboardHeader));
    }

    private AuthenticateResult Admit(Caller caller)
    {
        Context.Features.Set(caller);
        return AuthenticateResult.Success(new AuthenticationTicket(Access.Principal(caller), Name));
    }

    private static AuthenticateResult Refuse(string code, string message) => AuthenticateResult.Fail(new QuestionException(code, message));
}
