using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using MapReduce.Protocol;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>A real cluster of one node. What cannot happen to a cluster of one, the listener is told by the test.</summary>
public sealed class ClusterListenerTests : TestKit
{
    private static readonly NodeDescription Description = new("node-1", "http://localhost:1", "https://localhost:2", 2, "machine", "folder");

    private static readonly string Settings = $$"""
        {{Patience.ForProbes}}
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = localhost, port = 0 }
        akka.cluster.roles = [{{string.Join(", ", Description.ToRoles().Select(role => $"\"{role}\""))}}]
        """;

    private readonly TestProbe master;

    public ClusterListenerTests() : base(Settings) => master = CreateTestProbe();

    [Fact]
    public void Each_change_is_told_with_everybody_who_is_a_member_then()
    {
        var cluster = Cluster.Get(Sys);
        var listener = Sys.ActorOf(Props.Create(() => new ClusterListener(master)));
        Assert.Empty(Next().Nodes);
        cluster.Join(cluster.SelfAddress);
        var joined = (Membership)master.FishForMessage(message => message is Membership { Nodes.Count: 1 } known && known.Nodes.Values.Single().State == "up");
        var node = joined.Nodes[new WorkerId("node-1", cluster.SelfUniqueAddress.Uid)];
        Assert.Equal((Description, cluster.SelfAddress, true), (node.Description, node.Address, node.IsWorker));

        // What the cluster says of itself follows what it tells its listeners.
        AwaitCondition(() => cluster.SelfMember.Status == MemberStatus.Up, Patience.Limit, TimeSpan.FromMilliseconds(20));
        var self = cluster.SelfMember;
        listener.Tell(new ClusterEvent.UnreachableMember(self));
        Assert.Equal(("unreachable", false), Only());
        listener.Tell(new ClusterEvent.ReachableMember(self));
        Assert.Equal(("up", true), Only());
        listener.Tell(new ClusterEvent.UnreachableMember(self));
        Assert.Equal(("unreachable", false), Only());
        var down = self.Copy(MemberStatus.Down);
        listener.Tell(new ClusterEvent.MemberDowned(down));
        Assert.Empty(Next().Nodes);
        listener.Tell(new ClusterEvent.MemberRemoved(down.Copy(MemberStatus.Removed), MemberStatus.Down));
        Assert.Empty(Next().Nodes);
        // What was said of it before it was removed holds no more.
        listener.Tell(new ClusterEvent.MemberUp(self));
        Assert.Equal(("up", true), Only());
        listener.Tell(new ClusterEvent.MemberLeft(self.Copy(MemberStatus.Leaving)));
        Assert.Equal(("leaving", false), Only());
    }

    private (string State, bool IsWorker) Only()
    {
        var node = Assert.Single(Next().Nodes).Value;
        return (node.State, node.IsWorker);
    }

    private Membership Next() => master.ExpectMsg<Membership>();
}
