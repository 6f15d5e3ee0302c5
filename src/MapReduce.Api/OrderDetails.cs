namespace MapReduce.Api;

/// <summary>All that is needed to run the tasks of a job again elsewhere.</summary>
public sealed record OrderDetails
{
    /// <summary>The digest of its package; see <see cref="MapReduceClient.ReadBlobAsync"/>.</summary>
    public required string Package { get; init; }

    /// <summary>The path of the job's assembly in the package.</summary>
    public required string Assembly { get; init; }

    /// <summary>The job's class; null where the assembly has only one.</summary>
    public string? JobClass { get; init; }

    /// <summary>What it reads.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Its own arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The digests of the files that travel with the job, by the paths that it gives them.</summary>
    public IReadOnlyDictionary<string, string> SideFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>The bytes of memory that a task uses for buffers.</summary>
    public long Memory { get; init; }

    /// <summary>The bytes of memory at which an executor is stopped; 0 for none.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>The target size of a split in bytes.</summary>
    public long SplitBytes { get; init; }

    /// <summary>The number of partitions where the job sets none; 0 derives it from the input.</summary>
    public int Partitions { get; init; }

    /// <summary>How intermediate data is compressed: none, lz4 or zstd.</summary>
    public required string Compression { get; init; }

    /// <summary>How many bad records may be skipped.</summary>
    public long SkipBadRecords { get; init; }

    /// <summary>The key of its intermediate data in Base64; null where that is not encrypted.</summary>
    public string? DataKey { get; init; }
}
