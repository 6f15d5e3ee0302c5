namespace MapReduce.Api;

/// <summary>What the nodes of the cluster are now.</summary>
internal sealed class NodeStates(IReadOnlyList<NodeDetails> nodes)
{
    /// <summary>All slots of nodes that take work.</summary>
    public int Slots => nodes.Where(IsOpen).Sum(node => node.Slots);

    /// <summary>Slots that work.</summary>
    public int Busy => nodes.Where(IsOpen).Sum(node => node.Busy);

    /// <summary>The nodes that take no work, and why.</summary>
    public IReadOnlyList<string> Closed => [.. nodes.Where(node => !IsOpen(node)).Select(node => $"{node.Name} is {Of(node.Name)}")];

    /// <summary>What a node is, in one word; null where it is not known which.</summary>
    public string? Of(string? name)
    {
        if (name is null) return null;
        return nodes.LastOrDefault(node => node.Name == name) switch
        {
            null => "gone",
            { State: not "up" } node => node.State,
            { Quarantined: true } => "quarantined",
            { Draining: true } => "draining",
            _ => "up",
        };
    }

    private static bool IsOpen(NodeDetails node) => node is { State: "up", Quarantined: false, Draining: false };
}
