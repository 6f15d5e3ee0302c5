namespace MapReduce.Node.Security;

/// <summary>Who calls, or has signed in.</summary>
/// <param name="Name">The name.</param>
/// <param name="Role">One of <see cref="Roles"/>.</param>
/// <param name="Digest">The <see cref="User.Digest"/> of a user, by which one is told from another who has had the name; empty for all others.</param>
/// <param name="Expires">Until when the caller may call; null where that does not end by itself.</param>
public sealed record Caller(string Name, string Role, string Digest = "", DateTimeOffset? Expires = null)
{
    /// <summary>Whoever has the token of the cluster.</summary>
    public static Caller Owner { get; } = new(Coordination.JobOwner.OfCluster, Roles.Operate);

    /// <summary>A user.</summary>
    public static Caller Of(User user) => new(user.Name, user.Role, user.Digest, user.Expires);
}
