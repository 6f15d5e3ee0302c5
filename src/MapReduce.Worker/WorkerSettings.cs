using MapReduce.Confinement;
using MapReduce.Coordination;
using MapReduce.Storage;
using MapReduce.Worker.Blobs;

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

    /// <summary>The variables of the node's environment that executors see beside those that every program needs.</summary>
    public IReadOnlyList<string> ExecutorVariables { get; init; } = [];

    /// <summary>How far executors are kept from what is not their job's.</summary>
    public ConfinementSettings Confinement { get; init; } = new();

    /// <summary>The connections to stores that jobs on this node may use.</summary>
    public Connections Connections { get; init; } = Connections.None;

    /// <summary>How many attempts the node runs at a time.</summary>
    public int Slots { get; init; }

    /// <summary>How much executors give way to the node, from 0 to 19.</summary>
    public int Niceness { get; init; } = 10;

    /// <summary>Executors that wait, without code of any job, to take one up at once.</summary>
    public int SpareExecutors { get; init; } = 1;

    /// <summary>How often a slot asks again for work that it was not given.</summary>
    public TimeSpan RequestInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock; null for the scheduler's, which tests may move.</summary>
    public SteadyClock? Clock { get; init; }

    /// <summary>How often a slot renews the lease of its attempt.</summary>
    public TimeSpan RenewInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a slot goes on with an attempt without hearing of a master. Longer than a master needs to move, shorter than forever.</summary>
    public TimeSpan Solitude { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most threads of an executor, so that one that leaks them does not take those of the machine.</summary>
    public int MostThreads { get; init; } = 2000;

    /// <summary>How often an executor's memory and threads are looked at.</summary>
    public TimeSpan MemoryCheckInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the node tells the master which jobs it has files of.</summary>
    public TimeSpan InventoryInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an executor that was asked to stop may take.</summary>
    public TimeSpan KillDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most bytes that are kept of an attempt's log.</summary>
    public long LogBytes { get; init; } = 1 << 20;

    /// <summary>How often the node looks whether it keeps too many logs.</summary>
    public TimeSpan LogInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the logs of an ended job are kept.</summary>
    public TimeSpan LogAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The most bytes of all logs; the oldest of ended jobs go first.</summary>
    public long LogStoreBytes { get; init; } = 1L << 30;

    /// <summary>The most bytes of packages, packed and unpacked, and plans; the longest unused that no job needs go first.</summary>
    public long BlobBytes { get; init; } = 4L << 30;

    /// <summary>How long packages and plans are kept that no job needs.</summary>
    public TimeSpan BlobAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The most bytes of a package.</summary>
    public long PackageBytes { get; init; } = 256L << 20;

    /// <summary>The most bytes of a package's content.</summary>
    public long PackageContentBytes { get; init; } = 1L << 30;

    /// <summary>Makes the keys of jobs whose intermediate data is encrypted.</summary>
    public JobKeys Keys { get; init; } = new("", encrypts: false);

    /// <summary>Whose packages the node takes.</summary>
    public PackageSigners Signers { get; init; } = PackageSigners.Anybody;

    /// <summary>Whether a reducer opens map outputs of other nodes of the same machine directly.</summary>
    public bool ShortCircuit { get; init; } = true;
}
