using MapReduce.Engine;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Sequential;

/// <summary>What a run has to come to.</summary>
internal sealed class Expectation
{
    /// <summary>The failures of which the run must end with one; empty where it must not fail.</summary>
    public List<ExpectedFailure> Failures { get; } = [];

    /// <summary>Those with which it may end instead of succeeding: what depends on how often something is folded, or damage that may be harmless.</summary>
    public List<ExpectedFailure> Possible { get; } = [];

    public List<ExpectedOutput> Outputs { get; } = [];

    /// <summary>Rows of the store, by table.</summary>
    public Dictionary<string, List<(byte[] Key, byte[] Value)>> Tables { get; } = [];

    public Dictionary<string, long> Counters { get; } = [];

    /// <summary>The records that are passed over.</summary>
    public List<SkippedRecord> Skipped { get; } = [];

    /// <summary>The records of all inputs; null where that is not promised.</summary>
    public long? InputRecords { get; set; }
}

/// <summary>A way to fail.</summary>
/// <param name="Error">Its kind.</param>
/// <param name="Words">What the message has in it.</param>
internal sealed record ExpectedFailure(EngineError Error, params IReadOnlyList<string> Words)
{
    public override string ToString() => $"{Error} with {string.Join(" and ", Words.Select(words => $"'{words}'"))}";
}

/// <summary>A record that is passed over.</summary>
/// <param name="File">The path of its file; empty where it has none.</param>
/// <param name="Offset">Where it is; -1 where nothing is promised of that.</param>
/// <param name="Base64">Its bytes; null where nothing is promised of these.</param>
internal sealed record SkippedRecord(string File, long Offset, string? Base64)
{
    public override string ToString() => $"'{File}' at {Offset}: {(Base64 is { Length: > 100 } ? $"{Base64[..100]}…" : Base64 ?? "?")}";
}

/// <summary>What is promised of the parts of an output.</summary>
internal enum Layout
{
    /// <summary>Each part.</summary>
    Parts,

    /// <summary>All parts one after another.</summary>
    Whole,

    /// <summary>Each key's rows are in one part, in each part keys are in order; behind them is what the reduce task writes at its end.</summary>
    Groups,

    /// <summary>Which rows there are.</summary>
    Rows,
}

/// <summary>An output.</summary>
/// <param name="Plan">How it is written.</param>
/// <param name="Layout">What is promised of its parts.</param>
/// <param name="Parts">Part by part, in each group by group of equal keys, in each row by row. With the other layouts there is one part.</param>
/// <param name="Count">The number of parts; 0 where it is not known.</param>
/// <param name="Ending">The rows at the end of each part, where they are not in <paramref name="Parts"/> already.</param>
internal sealed record ExpectedOutput(OutputPlan Plan, Layout Layout, IReadOnlyList<IReadOnlyList<IReadOnlyList<byte[]>>> Parts, int Count, IReadOnlyList<byte[]> Ending)
{
    /// <summary>The number of rows in all parts.</summary>
    public long Rows => Parts.Sum(part => part.Sum(group => (long)group.Count)) + (Layout is Layout.Groups ? Count * (long)Ending.Count : 0);
}
