namespace MapReduce.Worker;

/// <summary>How a node works.</summary>
public sealed record WorkerSettings
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>The beginning of the URLs under which the node serves segments.</summary>
    public required string Address { get; init; }

    /// <summary>The folder for all that the node keeps.</summary>
    public required string Folder { get; init; }

    /// <summary>The program that runs executors, and the arguments before the path of the socket and a folder for temporary files.</summary>
    public required IReadOnlyList<string> ExecutorCommand { get; init; }

    /// <summary>How much executors give way to the node, from 0 to 19.</summary>
    public int Niceness { get; init; } = 10;

    /// <summary>Executors that wait, without code of any job, to take one up at once.</summary>
    public int SpareExecutors { get; init; } = 1;

    /// <summary>How often a slot asks again for work that it was not given.</summary>
    public TimeSpan RequestInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a slot renews the lease of its attempt.</summary>
    public TimeSpan RenewInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a slot goes on with an attempt without hearing of a master. Longer than a master needs to move, shorter than forever.</summary>
    public TimeSpan Solitude { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an executor's memory is looked at.</summary>
    public TimeSpan MemoryCheckInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the node tells the master which jobs it has files of.</summary>
    public TimeSpan InventoryInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an executor that was asked to stop may take.</summary>
    public TimeSpan KillDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most bytes that are kept of an attempt's log.</summary>
    public long LogBytes { get; init; } = 1 << 20;

    /// <summary>How long logs are kept after their job.</summary>
    public TimeSpan LogAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The most bytes of all packages and plans that no job uses; the longest unused go first.</summary>
    public long BlobBytes { get; init; } = 4L << 30;

    /// <summary>The most bytes of a package.</summary>
    public long PackageBytes { get; init; } = 256L << 20;

    /// <summary>The most bytes of a package's content.</summary>
    public long PackageContentBytes { get; init; } = 1L << 30;

    /// <summary>Whether a reducer opens map outputs of other nodes of the same machine directly.</summary>
    public bool ShortCircuit { get; init; } = true;
}
