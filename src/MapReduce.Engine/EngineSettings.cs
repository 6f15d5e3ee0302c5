using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Engine;

/// <summary>The settings of the data path. None of them changes a byte of the output but <see cref="SplitBytes"/> and the number of partitions.</summary>
public sealed record EngineSettings
{
    /// <summary>The memory in bytes that one task may use for buffers and tables.</summary>
    public long TaskMemory { get; init; } = 256L << 20;

    /// <summary>The target size of a split in bytes.</summary>
    public long SplitBytes { get; init; } = 64L << 20;

    /// <summary>The number of partitions of each channel that does not set its own; 0 derives it from the size of the input.</summary>
    public int Partitions { get; init; }

    /// <summary>The folder for intermediate data.</summary>
    public required string ScratchFolder { get; init; }

    /// <summary>How blocks of intermediate data are compressed.</summary>
    public BlockCompression Compression { get; init; } = BlockCompression.None;

    /// <summary>The key with which blocks of intermediate data are encrypted on disks, and the borders of key ranges in plans; null for not at all.</summary>
    public DataKey? Key { get; init; }

    /// <summary>How many records of a job may be skipped and quarantined; 0 fails at the first.</summary>
    public long SkipBadRecords { get; init; }

    /// <summary>Whether files are synced to disk before they count, so that a result survives a loss of power.</summary>
    public bool Durable { get; init; }

    /// <summary>The id of the job, by which stores know what it has prepared.</summary>
    public string Job { get; init; } = "";

    /// <summary>The connections to stores.</summary>
    public Connections Connections { get; init; } = Connections.None;

    /// <summary>Whether combiners and map-side folding run; off only to compare results.</summary>
    public bool Combine { get; init; } = true;

    /// <summary>For whom stores are used.</summary>
    internal StoreContext StoreOf(string attempt, int number, CancellationToken cancellation, bool takesBack = false)
        => new(Job, attempt, number, Connections.Find, cancellation) { SplitBytes = SplitBytes, TakesBack = takesBack };
}

/// <summary>How blocks of intermediate data are compressed.</summary>
public enum BlockCompression : byte
{
    /// <summary>Not at all: the fastest where memory and disks are.</summary>
    None = 0,

    /// <summary>LZ4, for local disks.</summary>
    Lz4 = 1,

    /// <summary>Zstandard level 1, for slow disks and networks.</summary>
    Zstandard = 2,
}
