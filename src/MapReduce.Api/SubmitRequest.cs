namespace MapReduce.Api;

/// <summary>A job to be run. No number in it may be negative.</summary>
// What has a default other than nothing can be set: where JSON leaves out what can only be initialized, it becomes nothing.
public sealed record SubmitRequest
{
    /// <summary>The digest of the package with the job's assembly; see <see cref="MapReduceClient.UploadAsync"/>.</summary>
    public required string Package { get; init; }

    /// <summary>The path of the assembly in the package.</summary>
    public required string Assembly { get; init; }

    /// <summary>The job's class, where the assembly has several.</summary>
    public string? JobClass { get; init; }

    /// <summary>What lists call the job, in at most 200 characters, none of them a control character; by default the name of the assembly.</summary>
    public string? Name { get; init; }

    /// <summary>The files, folders and globs to read, as full paths that every node can read.</summary>
    public IReadOnlyList<string> Inputs { get; set; } = [];

    /// <summary>The folder to write, as a full path that every node can write to.</summary>
    public required string Output { get; init; }

    /// <summary>The job's own arguments.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = [];

    /// <summary>The digests of the files that the job declares with <c>SideFile</c>, by the paths that it gives them; see <see cref="MapReduceClient.UploadFileAsync"/>.</summary>
    public IReadOnlyDictionary<string, string> SideFiles { get; set; } = new Dictionary<string, string>();

    /// <summary>Whether an output that exists is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How many attempts at a task may fail before the job does, at most 100; 0 for the cluster's default.</summary>
    public int Attempts { get; init; }

    /// <summary>The job's share of slots relative to others, from 1 to 1000.</summary>
    public int Priority { get; set; } = 1;

    /// <summary>How long in seconds an attempt may make no progress, at most seven days; 0 for the cluster's default.</summary>
    public double TimeoutSeconds { get; init; }

    /// <summary>The bytes of memory that a task may use for buffers; 0 for the cluster's default.</summary>
    public long Memory { get; init; }

    /// <summary>The bytes of memory at which an executor is stopped; 0 for the cluster's default.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>The target size of a split in bytes; 0 for the default.</summary>
    public long SplitBytes { get; init; }

    /// <summary>The number of partitions of each channel where the job sets none; 0 derives it from the input. A stage has 100,000 at most, those of all its channels together.</summary>
    public int Partitions { get; init; }

    /// <summary>How intermediate data is compressed: none, lz4 or zstd.</summary>
    public string Compression { get; set; } = "none";

    /// <summary>How many bad records may be skipped.</summary>
    public long SkipBadRecords { get; init; }

    /// <summary>Whether output is synced to disk before it appears.</summary>
    public bool Durable { get; init; }

    /// <summary>What follows where a map output is lost after reducers have begun to read it, and the map function makes another one: <c>fail</c> or <c>warn</c>; null for the cluster's default.</summary>
    public string? NonDeterminism { get; init; }

    /// <summary>A name of the submitter's choice for this submission, in at most 200 characters: submitting it again gives the same job.</summary>
    public string? ClientToken { get; init; }
}
