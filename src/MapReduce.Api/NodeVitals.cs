namespace MapReduce.Api;

/// <summary>How a node is: what it and its machine use, and what runs on it.</summary>
public sealed record NodeVitals
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>The operating system and the runtime.</summary>
    public required string Platform { get; init; }

    /// <summary>The id of its process.</summary>
    public required int Process { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How many processors its machine has.</summary>
    public required int Processors { get; init; }

    /// <summary>How many tasks it runs at a time.</summary>
    public required int Slots { get; init; }

    /// <summary>Whether it takes no more work.</summary>
    public required bool Draining { get; init; }

    /// <summary>The share of the machine's processors in use, from 0 to 1, in samples, the latest last.</summary>
    public required IReadOnlyList<double> Cpu { get; init; }

    /// <summary>Bytes of the machine's memory in use, likewise.</summary>
    public required IReadOnlyList<long> Memory { get; init; }

    /// <summary>The seconds between two samples.</summary>
    public required double IntervalSeconds { get; init; }

    /// <summary>The machine's memory in bytes.</summary>
    public required long MemoryTotal { get; init; }

    /// <summary>Bytes of memory that the node's own process uses.</summary>
    public required long OwnMemory { get; init; }

    /// <summary>Free bytes of the disk with the node's folder.</summary>
    public required long DiskFree { get; init; }

    /// <summary>The bytes of that disk.</summary>
    public required long DiskTotal { get; init; }

    /// <summary>The node's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Executors that wait, with no job's code loaded.</summary>
    public required int SpareExecutors { get; init; }

    /// <summary>What runs now.</summary>
    public required IReadOnlyList<RunningAttempt> Running { get; init; }
}

/// <summary>An attempt that runs on a node.</summary>
/// <param name="Job">The id of the job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Since">When the node took it up.</param>
/// <param name="Bytes">How many bytes it has done.</param>
/// <param name="Process">The id of the executor's process; null while it has none.</param>
/// <param name="Memory">Bytes of memory that the executor uses.</param>
/// <param name="Threads">Threads of the executor.</param>
public sealed record RunningAttempt(string Job, string Attempt, DateTimeOffset Since, long Bytes, int? Process, long Memory, long Threads);
