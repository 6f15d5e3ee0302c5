using MapReduce.Engine;
using MapReduce.Storage;

namespace MapReduce.Local;

/// <summary>How a job runs in this process. The defaults follow from the machine.</summary>
public sealed record LocalSettings
{
    // Memory that the process has not touched before costs more, the first time, than a spill to the page cache.
    private const long MostMemoryOfSlot = 384L << 20;

    /// <summary>The number of tasks that run at a time.</summary>
    public int Slots { get; init; } = Environment.ProcessorCount;

    /// <summary>The memory in bytes for each slot: half for what its task works on, half for map output kept in memory.</summary>
    public long MemoryOfSlot { get; init; }

    /// <summary>The target size of a split in bytes.</summary>
    public long SplitBytes { get; init; } = 64L << 20;

    /// <summary>The number of partitions where the job sets none; 0 derives it from the input.</summary>
    public int Partitions { get; init; }

    /// <summary>The folders for intermediate data, used in turn; none: beside the output.</summary>
    public IReadOnlyList<string> SpillFolders { get; init; } = [];

    /// <summary>How intermediate data is compressed on its way to disk.</summary>
    public BlockCompression Compression { get; init; } = BlockCompression.None;

    /// <summary>Whether intermediate data is encrypted on its way to disk, with a key that nobody else has and that goes with the process.</summary>
    public bool Encrypt { get; init; }

    /// <summary>How many bad records may be skipped.</summary>
    public long SkipBadRecords { get; init; }

    /// <summary>How many attempts at a task may fail before the job does.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Whether output is synced to disk before it appears.</summary>
    public bool Durable { get; init; }

    /// <summary>Whether an output that exists is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether combiners and map-side folding run.</summary>
    public bool Combine { get; init; } = true;

    /// <summary>Whether finished map output may stay in memory; off, everything goes through files.</summary>
    public bool KeepInMemory { get; init; } = true;

    /// <summary>The connections to stores.</summary>
    public Connections Connections { get; init; } = Connections.None;

    /// <summary>The parties to the commit beside the files: one for each kind of store.</summary>
    public IReadOnlyList<ICommitParticipant> Participants { get; init; } = [];

    /// <summary>The memory of a slot, set or derived: a quarter of the machine's shared by all slots, at most 384 MiB each.</summary>
    public long EffectiveMemoryOfSlot => MemoryOfSlot > 0
        ? MemoryOfSlot
        : Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / Math.Max(1, Slots), 64L << 20, MostMemoryOfSlot);
}
