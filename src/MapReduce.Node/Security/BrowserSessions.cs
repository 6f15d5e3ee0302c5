using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MapReduce.Node.Security;

/// <summary>Lets a browser in: a ticket in a link, good once on each node and for some minutes, becomes a session in a cookie, good for some hours on all nodes.</summary>
/// <remarks>Both are an expiry, who it is, a random text and a signature with a key derived from the secret of the cluster, so that any node can check what another gave.</remarks>
/// <param name="secret">The content of the token file.</param>
/// <param name="time">The clock.</param>
public sealed class BrowserSessions(string secret, TimeProvider time)
{
    private const string TicketPurpose = "ticket";
    private const string SessionPurpose = "session";

    private static readonly TimeSpan TicketTerm = TimeSpan.FromMinutes(5);

    private readonly byte[] key = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), "browser"u8);
    private readonly ConcurrentDictionary<string, long> used = [];
    private readonly long begun = time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>How long a session lasts.</summary>
    public static TimeSpan SessionTerm { get; } = TimeSpan.FromHours(12);

    /// <summary>The name of the cookie. Cookies do not tell ports apart, so that of another cluster on the same machine must have another name.</summary>
    public string CookieName { get; } = $"mr-session-{Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), "cookie"u8))[..8]}";

    /// <summary>A ticket for a link, for the owner of the cluster: nobody else can make one.</summary>
    public string NewTicket() => New(TicketPurpose, TicketTerm, Caller.Owner);

    /// <summary>A session, which ends no later than the caller's right to call.</summary>
    public string NewSession(Caller caller) => New(SessionPurpose, SessionTerm, caller);

    /// <summary>Takes a ticket, which is worth nothing afterwards.</summary>
    /// <returns>Who comes with it; null where it was not good.</returns>
    public Caller? Redeem(string ticket)
    {
        if (Read(ticket, TicketPurpose) is not var (expires, caller)) return null;
        // What was redeemed in an earlier life of this node is not known any more, so tickets from then are not taken.
        if (expires - (long)TicketTerm.TotalSeconds < begun) return null;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var old in used.Where(old => old.Value < now)) used.TryRemove(old.Key, out _);
        return used.TryAdd(ticket, expires) ? caller : null;
    }

    /// <summary>Whose session a cookie is; null where it has expired, or is none.</summary>
    public Caller? CallerOf(string? cookie) => cookie is null ? null : Read(cookie, SessionPurpose)?.Caller;

    private string New(string purpose, TimeSpan term, Caller caller)
    {
        var end = time.GetUtcNow() + term;
        var expires = (caller.Expires is { } last && last < end ? last : end).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var who = Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"{caller.Role}:{caller.Digest}:{caller.Name}"));
        var random = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return $"{expires}.{who}.{random}.{Sign(purpose, expires, who, random)}";
    }

    /// <summary>What it says; null where it has expired, or was never given.</summary>
    private (long Expires, Caller Caller)? Read(string text, string purpose)
    {
        if (text.Split('.') is not [var expires, var who, var random, var signature] || !Tokens.Same(signature, Sign(purpose, expires, who, random))) return null;
        var expiry = long.Parse(expires, CultureInfo.InvariantCulture);
        if (expiry < time.GetUtcNow().ToUnixTimeSeconds()) return null;
        return Encoding.UTF8.GetString(Convert.FromHexString(who)).Split(':', 3) is [var role, var digest, var name]
            ? (expiry, new Caller(name, role, digest, DateTimeOffset.FromUnixTimeSeconds(expiry)))
            : null;
    }

    private string Sign(string purpose, params IEnumerable<string> parts) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}:{string.Join(':', parts)}")));
}
