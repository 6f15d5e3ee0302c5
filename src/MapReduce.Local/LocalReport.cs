using MapReduce.Engine.Tasks;
using MapReduce.Storage;

namespace MapReduce.Local;

/// <summary>What a finished job has done.</summary>
public sealed record LocalReport
{
    /// <summary>The output folder.</summary>
    public required string Output { get; init; }

    /// <summary>What is in it.</summary>
    public required OutputManifest Manifest { get; init; }

    /// <summary>From the first step to the published output.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Bytes of input read.</summary>
    public required long InputBytes { get; init; }

    /// <summary>Records of input read.</summary>
    public required long InputRecords { get; init; }

    /// <summary>Bytes of map output.</summary>
    public required long ShuffleBytes { get; init; }

    /// <summary>Bytes written to temporary files.</summary>
    public required long SpilledBytes { get; init; }

    /// <summary>Records skipped as bad.</summary>
    public required long SkippedRecords { get; init; }

    /// <summary>Attempts that failed and were made again.</summary>
    public required int Retries { get; init; }

    /// <summary>How long each phase took, in order.</summary>
    public required IReadOnlyList<PhaseTime> Phases { get; init; }

    /// <summary>The heaviest keys of all tasks, most first.</summary>
    public required IReadOnlyList<HotKey> HotKeys { get; init; }
}

/// <summary>How long a phase of a run took.</summary>
/// <param name="Phase">What it is called.</param>
/// <param name="Duration">The time from its begin to its end.</param>
public sealed record PhaseTime(string Phase, TimeSpan Duration);
