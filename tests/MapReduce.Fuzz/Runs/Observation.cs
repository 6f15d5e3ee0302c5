using MapReduce.Engine;
using MapReduce.Fuzz.Sequential;
using MapReduce.Storage;

namespace MapReduce.Fuzz.Runs;

/// <summary>What a run has come to.</summary>
/// <param name="Error">The kind of its failure; null where it succeeded.</param>
/// <param name="Message">What the failure says.</param>
internal sealed record Observation(EngineError? Error, string Message)
{
    /// <summary>The manifest of the output.</summary>
    public OutputManifest? Manifest { get; init; }

    /// <summary>The output's files by name, decompressed.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Files that are not as the manifest says.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];

    /// <summary>The records that were passed over.</summary>
    public IReadOnlyList<SkippedRecord> Quarantine { get; init; } = [];

    /// <summary>The rows that are committed in the store, by table, in order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Tables { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The records that were read; null where nobody said.</summary>
    public long? InputRecords { get; init; }

    /// <summary>The records that were passed over, as the report has them; null where nobody said.</summary>
    public long? SkippedRecords { get; init; }

    /// <summary>What is left that should be gone, or there that should not be.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];
}
