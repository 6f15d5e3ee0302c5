namespace MapReduce.Confinement;

/// <summary>How far the code of jobs is kept from what is not theirs.</summary>
public enum Isolation
{
    /// <summary>Not at all: it has the rights of the node's user.</summary>
    None,

    /// <summary>From the node, and from whatever is not storage; not from other jobs of the node.</summary>
    Standard,

    /// <summary>From whatever its own job does not name, other jobs included.</summary>
    Strict,

    /// <summary>Likewise, and a node does not start where its kernel cannot do that.</summary>
    RequiredStrict,
}

/// <summary>How executors of a node are confined.</summary>
public sealed record ConfinementSettings
{
    /// <summary>How far.</summary>
    public Isolation Isolation { get; init; }

    /// <summary>Whether each executor reaches what its own job needs, and nothing else.</summary>
    public bool IsStrict => Isolation is Isolation.Strict or Isolation.RequiredStrict;

    /// <summary>The folders below which jobs read and write.</summary>
    public IReadOnlyList<string> Storage { get; init; } = ["/"];

    /// <summary>What no job reaches, wherever it lies: the keys, journals and folders of nodes.</summary>
    public IReadOnlyList<string> Closed { get; init; } = [];

    /// <summary>Whether the code of jobs may call others over the network.</summary>
    public bool Network { get; init; }
}
