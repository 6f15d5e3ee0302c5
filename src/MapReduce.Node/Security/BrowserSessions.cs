using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MapReduce.Node.Security;

/// <summary>Lets a browser in: a ticket in a link, good once on each node and for some minutes, becomes a session in a cookie, good for some hours on all nodes.</summary>
/// <remarks>Both are an expiry, a random text and a signature with a key derived from the secret of the cluster, so that any node can check what another gave.</remarks>
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

    /// <summary>A ticket for a link.</summary>
    public string NewTicket() => New(TicketPurpose, TicketTerm);

    /// <summary>A session.</summary>
    public string NewSession() => New(SessionPurpose, SessionTerm);

    /// <summary>Takes a ticket, which is worth nothing afterwards.</summary>
    /// <returns>Whether it was good.</returns>
    public bool Redeem(string ticket)
    {
        if (ExpiryOf(ticket, TicketPurpose) is not { } expires) return false;
        // What was redeemed in an earlier life of this node is not known any more, so tickets from then are not taken.
        if (expires - (long)TicketTerm.TotalSeconds < begun) return false;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var old in used.Where(old => old.Value < now)) used.TryRemove(old.Key, out _);
        return used.TryAdd(ticket, expires);
    }

    /// <summary>Whether a cookie is a session that has not expired.</summary>
    public bool IsSession(string? cookie) => cookie is not null && ExpiryOf(cookie, SessionPurpose) is not null;

    private string New(string purpose, TimeSpan term)
    {
        var expires = (time.GetUtcNow() + term).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var random = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return $"{expires}.{random}.{Sign(purpose, expires, random)}";
    }

    /// <summary>When it expires; null where it has, or was never given.</summary>
    private long? ExpiryOf(string text, string purpose)
    {
        if (text.Split('.') is not [var expires, var random, var signature] || !Tokens.Same(signature, Sign(purpose, expires, random))) return null;
        var expiry = long.Parse(expires, CultureInfo.InvariantCulture);
        return expiry >= time.GetUtcNow().ToUnixTimeSeconds() ? expiry : null;
    }

    private string Sign(string purpose, string expires, string random) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}:{expires}:{random}")));
}
