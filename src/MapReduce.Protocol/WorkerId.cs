namespace MapReduce.Protocol;

/// <summary>Names one life of a worker node: a node that starts again at the same address is another worker.</summary>
/// <param name="Node">The node's name or address.</param>
/// <param name="Incarnation">What distinguishes this life of the node.</param>
public readonly record struct WorkerId(string Node, long Incarnation)
{
    /// <summary>For example <c>node-2#7</c>.</summary>
    public override string ToString() => $"{Node}#{Incarnation}";
}
