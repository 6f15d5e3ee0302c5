using System.Globalization;
using MapReduce.Node.Configuration;
using MapReduce.Node.Http;
using Microsoft.AspNetCore.Http;

namespace MapReduce.Node.Security;

/// <summary>Tells who calls by what they show.</summary>
/// <param name="tokens">That of the owner of the cluster.</param>
/// <param name="users">The others.</param>
/// <param name="sessions">Those of browsers.</param>
/// <param name="settings">Who else knows users.</param>
/// <param name="time">The clock.</param>
internal sealed class Callers(Tokens tokens, Users users, BrowserSessions sessions, NodeSettings settings, TimeProvider time)
{
    /// <summary>Whose a token is, or why that is nobody who may call.</summary>
    /// <param name="context">The call that shows it.</param>
    /// <param name="token">What the caller shows.</param>
    public async Task<(Caller? Caller, QuestionException? Refusal)> OfTokenAsync(HttpContext context, string token)
    {
        if (Tokens.Same(token, tokens.User)) return (Caller.Owner, null);
        if (settings.IdentityProvider is { } provider && IdentityProvider.MayKnow(token)) return await IdentityProvider.CallerOfAsync(context, token, provider, time);
        return OfUser(token);
    }

    /// <summary>Whose a session is; null where it has ended, or its user may not call any more.</summary>
    /// <param name="cookies">What the browser shows.</param>
    public Caller? OfSession(IRequestCookieCollection cookies)
    {
        if (sessions.CallerOf(cookies[sessions.CookieName]) is not { } caller) return null;
        if (caller.Digest.Length == 0) return caller;
        // What the user may do now counts, and not what that was when the session began.
        return users.WithDigest(caller.Digest) is { } user && user.Name == caller.Name && user.Expires > time.GetUtcNow() ? Caller.Of(user) : null;
    }

    /// <summary>Whether a caller is still the one that was told apart before: with the same role, and not removed or expired.</summary>
    public bool Knows(Caller caller)
    {
        if (caller.Expires <= time.GetUtcNow()) return false;
        return caller.Digest.Length == 0 || (users.WithDigest(caller.Digest) is { } user && Caller.Of(user) == caller);
    }

    private (Caller? Caller, QuestionException? Refusal) OfUser(string token)
    {
        if (users.WithToken(token) is not { } user)
            return (null, users.Fault is null
                ? new QuestionException("token", "The token is neither that of the cluster nor a user's. Whoever runs the cluster gives one: mr user add.")
                : new QuestionException("users", "The node cannot tell whose the token is, because it cannot read its file of users. Its log says why."));
        if (user.Expires <= time.GetUtcNow())
            return (null, new QuestionException("expired", string.Create(CultureInfo.InvariantCulture,
                $"The token of {user.Name} was good until {user.Expires.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Whoever runs the cluster gives a new one: mr user remove {user.Name}, then mr user add {user.Name} --role {user.Role}.")));
        return (Caller.Of(user), null);
    }
}
