using Akka.Cluster;

namespace MapReduce.Node.Membership;

/// <summary>The members that a node last knew: who must agree before its next life may found another cluster.</summary>
/// <remarks>
/// A member counts until it has left, or a majority that this node belonged to has removed it. From the moment that the node itself is down nothing changes
/// any more: what its own side says then of the others is no decision of a majority.
/// </remarks>
public sealed class MemberMemory
{
    private readonly Lock guard = new();
    private readonly SortedSet<string> members = new(StringComparer.Ordinal);
    private bool isOver;

    /// <summary>The members, in an order that all nodes share; none where the node was never in a cluster.</summary>
    public IReadOnlyList<string> Members
    {
        get
        {
            lock (guard) return [.. members];
        }
    }

    /// <summary>The membership has changed.</summary>
    public void On(ClusterEvent.IClusterDomainEvent changed, UniqueAddress self)
    {
        lock (guard)
        {
            switch (changed)
            {
                case ClusterEvent.MemberUp up:
                    members.Add(up.Member.Address.ToString());
                    break;
                case ClusterEvent.MemberDowned downed when downed.Member.UniqueAddress.Equals(self):
                case ClusterEvent.ClusterShuttingDown:
                    isOver = true;
                    break;
                case ClusterEvent.MemberRemoved removed when !isOver && !removed.Member.UniqueAddress.Equals(self):
                    members.Remove(removed.Member.Address.ToString());
                    break;
            }
        }
    }
}
