using MapReduce.Node.Telemetry;

namespace MapReduce.Node.Security;

/// <summary>How fast each user can make the audit log grow by calls that are refused, which would otherwise push out of it what was done.</summary>
/// <param name="time">The clock.</param>
internal sealed class AuditPace(TimeProvider time)
{
    // Users are few, unless an identity provider names them.
    private const int ManyUsers = 1000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, LogPace> paces = new(StringComparer.Ordinal);

    /// <summary>Whether a line of a user may be written now.</summary>
    /// <param name="user">The name of the user.</param>
    /// <param name="more">How many of the user's may not since the last that was; to be said with this one.</param>
    public bool Admits(string user, out long more)
    {
        lock (gate)
        {
            if (!paces.TryGetValue(user, out var pace))
            {
                if (paces.Count >= ManyUsers) ForgetIdle();
                pace = new LogPace(time);
                paces.Add(user, pace);
            }
            return pace.Admits(out more);
        }
    }

    private void ForgetIdle()
    {
        foreach (var user in paces.Where(pace => pace.Value.IsFull).Select(pace => pace.Key).ToList()) paces.Remove(user);
    }
}
