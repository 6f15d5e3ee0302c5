namespace MapReduce.Coordination;

/// <summary>Why an attempt, or a job, failed. Kept typed from end to end, so that each is treated as it deserves. The numbers are in journals: they never change.</summary>
public enum FailureReason
{
    /// <summary>Code of the job threw.</summary>
    UserCode = 1,

    /// <summary>An input changed after it was planned. Nothing can mend it: the job fails.</summary>
    InputChanged = 2,

    /// <summary>An input cannot be decoded. The job fails.</summary>
    BadInput = 3,

    /// <summary>More bad records than allowed. The job fails.</summary>
    TooManyBadRecords = 4,

    /// <summary>The definition contradicts itself. The job fails.</summary>
    Definition = 5,

    /// <summary>A plan made again is another one, or a map output that reducers have begun to read. The job fails.</summary>
    NotDeterministic = 6,

    /// <summary>The attempt needed more memory than it may have.</summary>
    OutOfMemory = 7,

    /// <summary>The process that ran the attempt ended.</summary>
    ExecutorExited = 8,

    /// <summary>Nobody renewed the lease in time.</summary>
    LeaseExpired = 9,

    /// <summary>The worker left or died. Not the attempt's fault.</summary>
    WorkerLost = 10,

    /// <summary>A map output could not be fetched. Not the attempt's fault.</summary>
    FetchFailed = 11,

    /// <summary>A disk is full.</summary>
    DiskFull = 12,

    /// <summary>Another storage failure.</summary>
    Storage = 13,

    /// <summary>Intermediate data was damaged.</summary>
    CorruptData = 14,

    /// <summary>The output cannot be published.</summary>
    Publish = 15,

    /// <summary>The attempt made no progress for longer than it may.</summary>
    TimedOut = 16,

    /// <summary>The executor started more threads than it may have, and was stopped.</summary>
    TooManyThreads = 17,

    /// <summary>A place that the job writes to is not as it needs it. The job fails.</summary>
    BadOutput = 18,

    /// <summary>The disk of the job's output is full, which is no fault of the node that found it so.</summary>
    OutputFull = 30,
}

/// <summary>A failure with its reason and what a user should read.</summary>
public sealed record Failure(FailureReason Reason, string Message)
{
    /// <summary>Whether trying again cannot help.</summary>
    public bool IsFatal => Reason is FailureReason.InputChanged or FailureReason.BadInput or FailureReason.TooManyBadRecords
        or FailureReason.Definition or FailureReason.NotDeterministic or FailureReason.Publish or FailureReason.BadOutput;

    /// <summary>Whether the failure is the surroundings' fault, so that it does not count against the task's attempts.</summary>
    public bool IsBlameless => Reason is FailureReason.WorkerLost or FailureReason.FetchFailed;
}
