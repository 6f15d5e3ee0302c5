using MapReduce.Protocol;
using MapReduce.Protocol.Journal;
using Xunit;

namespace MapReduce.Coordination.Tests;

public sealed class NodeRegistryTests
{
    private readonly JobRegistry registry = new();

    [Fact]
    public void Nodes_join_and_leave_or_are_lost_and_each_is_told_once()
    {
        Assert.Equal([("a", NodeChangeKind.Joined), ("b", NodeChangeKind.Joined), ("c", NodeChangeKind.Joined)], See("a", "b", "c"));
        Assert.Empty(See("a", "b", "c"));
        Apply(NodeRegistry.Change(Node("b"), NodeChangeKind.Draining));
        Assert.Empty(registry.Nodes.Compare(new Dictionary<WorkerId, bool> { [Node("a")] = false, [Node("b")] = false, [Node("c")] = true }));
        Assert.Equal([("a", NodeChangeKind.Lost), ("b", NodeChangeKind.Left), ("c", NodeChangeKind.Left)], See());
    }

    [Fact]
    public void A_node_that_comes_back_is_another()
    {
        See("a");
        var changes = registry.Nodes.Compare(new Dictionary<WorkerId, bool> { [new WorkerId("a", 2)] = false });
        Assert.Equal([NodeChangeKind.Lost, NodeChangeKind.Joined], changes.Select(change => change.Kind));
    }

    [Fact]
    public void A_snapshot_says_the_same()
    {
        See("a", "b", "c");
        Apply(NodeRegistry.Change(Node("b"), NodeChangeKind.Draining));
        Apply(NodeRegistry.Change(Node("c"), NodeChangeKind.Quarantined, "DiskFull"));
        var next = new JobRegistry();
        foreach (var record in registry.Snapshot().Records) next.Apply(record);
        Assert.Equal(registry.Nodes.All, next.Nodes.All);
        Assert.Equal([Node("c")], next.Nodes.Quarantined);
        Assert.Equal([Node("b")], next.Nodes.Draining);
    }

    private List<(string, NodeChangeKind)> See(params string[] members)
    {
        var changes = registry.Nodes.Compare(members.ToDictionary(Node, _ => false));
        foreach (var change in changes) Apply(change);
        return [.. changes.Select(change => (change.Node.Node, change.Kind))];
    }

    private void Apply(NodeChanged change) => registry.Apply(new MasterRecord { NodeChanged = change });

    private static WorkerId Node(string name) => new(name, 1);
}
