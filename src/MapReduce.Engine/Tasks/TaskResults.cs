using MapReduce.Engine.Output;
using MapReduce.Engine.Shuffle;
using MapReduce.Storage;

namespace MapReduce.Engine.Tasks;

/// <summary>What one attempt at a task has read, written and counted.</summary>
public sealed record TaskTotals
{
    /// <summary>Records or pairs read.</summary>
    public long RecordsRead { get; init; }

    /// <summary>Bytes of input or of map output read.</summary>
    public long BytesRead { get; init; }

    /// <summary>Whether what was read is input of the job rather than made by it.</summary>
    public bool ReadsInput { get; init; }

    /// <summary>Bytes of map output made.</summary>
    public long ShuffleBytes { get; init; }

    /// <summary>Bytes written to temporary files for want of memory.</summary>
    public long SpilledBytes { get; init; }

    /// <summary>Pairs written to outputs and datasets.</summary>
    public long RowsWritten { get; init; }

    /// <summary>Records skipped as bad.</summary>
    public long RecordsSkipped { get; init; }

    /// <summary>The job's counters, by index.</summary>
    public IReadOnlyList<long> Counters { get; init; } = [];

    /// <summary>The keys with the most values, or the largest sums, most first.</summary>
    public IReadOnlyList<HotKey> HotKeys { get; init; } = [];
}

/// <summary>A key that stands out.</summary>
/// <param name="Key">The key's bytes as text.</param>
/// <param name="Weight">The number of its values, or its folded state.</param>
public sealed record HotKey(string Key, long Weight);

/// <summary>What a map attempt has made.</summary>
/// <param name="Output">The shuffle's share; the caller deletes it when no reducer needs it any more.</param>
/// <param name="Parts">Finished private files of map-only outputs and of quarantined records.</param>
/// <param name="Datasets">Finished files for later stages.</param>
/// <param name="Totals">What was read, written and counted.</param>
public sealed record MapResult(MapOutput Output, IReadOnlyList<PartFile> Parts, IReadOnlyList<DatasetFile> Datasets, TaskTotals Totals)
{
    /// <summary>What is prepared in stores.</summary>
    public IReadOnlyList<CommitTicket> Tickets { get; init; } = [];

    /// <summary>What tells the output from one of another attempt that emitted other pairs; null where it never leaves this process.</summary>
    public ulong? Fingerprint { get; init; }
}

/// <summary>What a reduce attempt has made.</summary>
/// <param name="Parts">Finished private files.</param>
/// <param name="Datasets">Finished files for later stages.</param>
/// <param name="Totals">What was read, written and counted.</param>
public sealed record ReduceResult(IReadOnlyList<PartFile> Parts, IReadOnlyList<DatasetFile> Datasets, TaskTotals Totals)
{
    /// <summary>What is prepared in stores.</summary>
    public IReadOnlyList<CommitTicket> Tickets { get; init; } = [];
}
