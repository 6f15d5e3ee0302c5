using Akka.Actor;
using Akka.Cluster;
using MapReduce.Protocol;

namespace MapReduce.Master;

/// <summary>Tells the job master who is in the cluster, each time that changes.</summary>
public sealed class ClusterListener : UntypedActor
{
    private readonly Cluster cluster = Cluster.Get(Context.System);
    private readonly IActorRef listener;
    private readonly Dictionary<UniqueAddress, Member> members = [];
    private readonly HashSet<UniqueAddress> unreachable = [];

    /// <param name="listener">Told of each <see cref="Membership"/>.</param>
    public ClusterListener(IActorRef listener) => this.listener = listener;

    /// <inheritdoc/>
    protected override void PreStart()
        => cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

    /// <inheritdoc/>
    protected override void PostStop() => cluster.Unsubscribe(Self);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.CurrentClusterState state:
                foreach (var member in state.Members) members[member.UniqueAddress] = member;
                unreachable.UnionWith(state.Unreachable.Select(member => member.UniqueAddress));
                break;
            case ClusterEvent.MemberRemoved removed:
                members.Remove(removed.Member.UniqueAddress);
                unreachable.Remove(removed.Member.UniqueAddress);
                break;
            case ClusterEvent.IMemberEvent changed:
                members[changed.Member.UniqueAddress] = changed.Member;
                break;
            case ClusterEvent.UnreachableMember lost:
                unreachable.Add(lost.Member.UniqueAddress);
                break;
            case ClusterEvent.ReachableMember found:
                unreachable.Remove(found.Member.UniqueAddress);
                break;
            default:
                Unhandled(message);
                return;
        }
        listener.Tell(Read());
    }

    private Membership Read()
    {
        var nodes = new Dictionary<WorkerId, NodeMember>();
        foreach (var member in members.Values)
        {
            if (member.Status is MemberStatus.Down or MemberStatus.Removed || NodeDescription.FromRoles(member.Roles) is not { } description) continue;
            var isUnreachable = unreachable.Contains(member.UniqueAddress);
            var worker = new WorkerId(description.Name, member.UniqueAddress.Uid);
            nodes[worker] = new NodeMember(worker, description, member.Address, isUnreachable ? "unreachable" : member.Status.ToString().ToLowerInvariant(),
                description.Slots > 0 && !isUnreachable && member.Status == MemberStatus.Up);
        }
        return new Membership(nodes);
    }
}
