using MapReduce.Protocol;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>The nodes of which the journal says that they have joined and not that they are gone: what a new master compares the members with that it finds.</summary>
public sealed class NodeRegistry
{
    private readonly Dictionary<WorkerId, NodeRecord> nodes = [];

    /// <summary>The nodes.</summary>
    public IReadOnlyDictionary<WorkerId, NodeRecord> All => nodes;

    /// <summary>The nodes that are to leave.</summary>
    public IEnumerable<WorkerId> Draining => nodes.Where(node => node.Value.IsDraining).Select(node => node.Key);

    /// <summary>The nodes that get no work.</summary>
    public IEnumerable<WorkerId> Quarantined => nodes.Where(node => node.Value.IsQuarantined).Select(node => node.Key);

    /// <summary>What is to be told of the members that there are now.</summary>
    /// <param name="members">The members, and which of them are leaving. Who is still joining is not among them, nor told of yet.</param>
    public IReadOnlyList<NodeChanged> Compare(IReadOnlyDictionary<WorkerId, bool> members)
    {
        List<NodeChanged> changes = [];
        foreach (var (node, record) in nodes.Where(node => !members.ContainsKey(node.Key)).OrderBy(node => node.Key.Node, StringComparer.Ordinal))
            changes.Add(Change(node, record.IsDraining || record.IsLeaving ? NodeChangeKind.Left : NodeChangeKind.Lost));
        foreach (var (node, leaving) in members.OrderBy(node => node.Key.Node, StringComparer.Ordinal))
        {
            if (!nodes.TryGetValue(node, out var known)) changes.Add(Change(node, NodeChangeKind.Joined));
            else if (leaving) nodes[node] = known with { IsLeaving = true };
        }
        return changes;
    }

    /// <summary>A change of a node.</summary>
    public static NodeChanged Change(WorkerId node, NodeChangeKind kind, string reason = "") => new() { Node = JobEventCodec.Write(node), Kind = kind, Reason = reason };

    /// <summary>Applies a record of the journal.</summary>
    internal void Apply(NodeChanged changed)
    {
        var node = JobEventCodec.Read(changed.Node);
        switch (changed.Kind)
        {
            case NodeChangeKind.Left or NodeChangeKind.Lost:
                nodes.Remove(node);
                break;
            case NodeChangeKind.Draining:
                nodes[node] = nodes.GetValueOrDefault(node) with { IsDraining = true };
                break;
            case NodeChangeKind.Quarantined or NodeChangeKind.Released:
                nodes[node] = nodes.GetValueOrDefault(node) with { IsQuarantined = changed.Kind == NodeChangeKind.Quarantined };
                break;
            default:
                nodes.TryAdd(node, default);
                break;
        }
    }

    /// <summary>The records that say the same as all that were applied.</summary>
    internal IEnumerable<NodeChanged> Snapshot()
    {
        foreach (var (node, record) in nodes)
        {
            yield return Change(node, NodeChangeKind.Joined);
            if (record.IsDraining) yield return Change(node, NodeChangeKind.Draining);
            if (record.IsQuarantined) yield return Change(node, NodeChangeKind.Quarantined);
        }
    }
}

/// <summary>What is known of a node.</summary>
/// <param name="IsDraining">Whether it is to leave.</param>
/// <param name="IsQuarantined">Whether it gets no work because attempts on it fail.</param>
/// <param name="IsLeaving">Whether it has said that it leaves; not journalled.</param>
public readonly record struct NodeRecord(bool IsDraining, bool IsQuarantined, bool IsLeaving);
