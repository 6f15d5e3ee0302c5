namespace MapReduce.Simulation.Worlds;

/// <summary>A shared file system: each job stages beside its output's place, and the output appears by one rename.</summary>
internal sealed class OutputStorage
{
    /// <summary>Staging folders, by job.</summary>
    public SortedDictionary<string, Staging> Staged { get; } = new(StringComparer.Ordinal);

    /// <summary>Outputs, by place.</summary>
    public Dictionary<string, (string Job, Staging Content)> Published { get; } = [];

    public Staging Stage(string job)
    {
        if (!Staged.TryGetValue(job, out var staging)) Staged[job] = staging = new Staging();
        return staging;
    }
}

/// <summary>What fails at any moment, beside the faults of the plan.</summary>
internal enum StorageOperation
{
    Stage,
    Unstage,
    Discard,
}

/// <summary>The staging folder of a job.</summary>
internal sealed class Staging
{
    /// <summary>Parts of single attempts, by path.</summary>
    public Dictionary<string, (int Key, long Value)[]> Private { get; } = [];

    /// <summary>What will be published: parts by name, and the path from which each came.</summary>
    public SortedDictionary<string, (string From, (int Key, long Value)[] Content)> Ready { get; } = new(StringComparer.Ordinal);

    /// <summary>Datasets between stages, by path.</summary>
    public Dictionary<string, (int Key, long Value)[]> Shared { get; } = [];

    /// <summary>Datasets whose content is not what was written.</summary>
    public HashSet<string> Damaged { get; } = [];

    /// <summary>The counters, once there is a manifest.</summary>
    public long[]? Manifest { get; set; }
}
