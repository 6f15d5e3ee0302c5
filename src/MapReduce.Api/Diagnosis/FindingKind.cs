namespace MapReduce.Api;

/// <summary>The kinds of findings.</summary>
public static class FindingKind
{
    /// <summary>A mapper threw.</summary>
    public const string ThrowingMapper = "throwing-mapper";

    /// <summary>A reducer, or another function of the reduce side, threw.</summary>
    public const string ThrowingReducer = "throwing-reducer";

    /// <summary>The definition, or what runs while a job is planned, threw.</summary>
    public const string ThrowingDefinition = "throwing-definition";

    /// <summary>One record fails every attempt, and others are well.</summary>
    public const string PoisonRecord = "poison-record";

    /// <summary>More bad records than allowed.</summary>
    public const string TooManyBadRecords = "too-many-bad-records";

    /// <summary>Code of the job ended the process.</summary>
    public const string Exit = "exit";

    /// <summary>The process crashed.</summary>
    public const string Crash = "crash";

    /// <summary>An attempt made no progress.</summary>
    public const string EndlessLoop = "endless-loop";

    /// <summary>The stack was full.</summary>
    public const string StackOverflow = "stack-overflow";

    /// <summary>More memory than allowed, or than there is.</summary>
    public const string OutOfMemory = "out-of-memory";

    /// <summary>More threads than allowed.</summary>
    public const string TooManyThreads = "too-many-threads";

    /// <summary>Something that the job needs is not in its package.</summary>
    public const string MissingDependency = "missing-dependency";

    /// <summary>The job cannot be loaded, or contradicts itself.</summary>
    public const string Definition = "definition";

    /// <summary>A node was lost.</summary>
    public const string LostNode = "lost-node";

    /// <summary>A map output was lost although its node is there.</summary>
    public const string LostMapOutput = "lost-map-output";

    /// <summary>Intermediate data was damaged.</summary>
    public const string CorruptSegment = "corrupt-segment";

    /// <summary>Finished files of the output were damaged before they were published.</summary>
    public const string DamagedPart = "damaged-part";

    /// <summary>Files that tasks had made for later stages were damaged or removed.</summary>
    public const string DamagedDataset = "damaged-dataset";

    /// <summary>A disk is full.</summary>
    public const string DiskFull = "disk-full";

    /// <summary>An input changed after it was planned.</summary>
    public const string InputChanged = "input-changed";

    /// <summary>An input is missing or cannot be decoded.</summary>
    public const string BadInput = "bad-input";

    /// <summary>The job does not do the same each time.</summary>
    public const string NotDeterministic = "non-deterministic";

    /// <summary>A database refused what the job wrote to it, or could not be reached.</summary>
    public const string DatabaseRefused = "database-refused";

    /// <summary>The output cannot be published.</summary>
    public const string Publish = "publish";

    /// <summary>Files could not be read or written.</summary>
    public const string Storage = "storage";

    /// <summary>A node, or an attempt on it, was silent for too long.</summary>
    public const string SilentNode = "silent-node";

    /// <summary>Attempts failed, and others at the same tasks did not.</summary>
    public const string Retries = "retries";

    /// <summary>Reducers could not fetch map outputs at first.</summary>
    public const string FetchRetries = "fetch-retries";

    /// <summary>A task took much longer than its fellows.</summary>
    public const string Straggler = "straggler";

    /// <summary>A node is slower than the others.</summary>
    public const string SlowNode = "slow-node";

    /// <summary>A task has much more data than its fellows.</summary>
    public const string Skew = "skew";

    /// <summary>Data did not fit into memory.</summary>
    public const string Spills = "spills";

    /// <summary>The job waits, or waited, for slots.</summary>
    public const string Waiting = "waiting";

    /// <summary>There are fewer tasks than slots.</summary>
    public const string FewTasks = "few-tasks";

    /// <summary>A reason that this program does not know.</summary>
    public const string Other = "other";
}
