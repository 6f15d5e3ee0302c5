using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

/// <summary>Something that is decided. Persisted before anything follows from it; the events of a job in order are its state and its history.</summary>
/// <param name="At">When it was decided.</param>
public abstract record JobEvent(DateTimeOffset At)
{
    /// <summary>A master took over.</summary>
    public sealed record EpochClaimed(DateTimeOffset At, Epoch Epoch) : JobEvent(At);

    /// <summary>A lease was granted.</summary>
    public sealed record AttemptStarted(DateTimeOffset At, AttemptId Attempt, WorkerId Worker, DateTimeOffset Deadline, int? Slot = null) : JobEvent(At);

    /// <summary>The job has said what it consists of; until then it is known to have one stage.</summary>
    public sealed record JobDefined(DateTimeOffset At, Opened Definition) : JobEvent(At);

    /// <summary>A stage has its plan.</summary>
    public sealed record StagePlanned(DateTimeOffset At, AttemptId Attempt, string PlanHash, int Maps, int Reduces) : JobEvent(At);

    /// <summary>The attempt that counts for its task ended well.</summary>
    public sealed record AttemptSucceeded(DateTimeOffset At, AttemptId Attempt, WorkerId Worker, IReadOnlyList<long> Counters, long SkippedRecords = 0, Products? Made = null) : JobEvent(At);

    /// <summary>An attempt failed or was lost; the task waits for another unless one is running.</summary>
    public sealed record AttemptFailed(DateTimeOffset At, AttemptId Attempt, WorkerId Worker, Failure Failure) : JobEvent(At);

    /// <summary>An attempt is not needed any more and must stop; it counts for nothing.</summary>
    public sealed record AttemptRevoked(DateTimeOffset At, AttemptId Attempt, WorkerId Worker) : JobEvent(At);

    /// <summary>A finished map task must run again: its output is lost, and reducers still need it.</summary>
    public sealed record MapOutputLost(DateTimeOffset At, AttemptId Attempt, string Cause) : JobEvent(At);

    /// <summary>A lost output is there again, and counts as before.</summary>
    public sealed record MapOutputFound(DateTimeOffset At, AttemptId Attempt, WorkerId Worker) : JobEvent(At);

    /// <summary>A map task that ran again made another output than the one that reducers may have read, and the job allows that.</summary>
    public sealed record MapOutputDiffers(DateTimeOffset At, AttemptId Attempt, string Message) : JobEvent(At);

    /// <summary>A finished task must run again: a file that it has prepared for the output is damaged or gone, and nothing is published yet.</summary>
    /// <param name="At">When it was decided.</param>
    /// <param name="Attempt">The attempt that made the file, and counts no more.</param>
    /// <param name="Worker">Where it ran.</param>
    /// <param name="File">The name of the file in the output.</param>
    /// <param name="Cause">What is wrong, and what is to blame.</param>
    public sealed record PartDamaged(DateTimeOffset At, AttemptId Attempt, WorkerId Worker, string File, string Cause) : JobEvent(At);

    /// <summary>A finished task must run again: a file that it has made for later stages is damaged or gone, and one of their tasks has found that.</summary>
    /// <param name="At">When it was decided.</param>
    /// <param name="Attempt">The attempt that made the file, and counts no more.</param>
    /// <param name="Worker">Where it ran.</param>
    /// <param name="File">The name of the file.</param>
    /// <param name="Cause">What is wrong, and what is to blame.</param>
    public sealed record DatasetDamaged(DateTimeOffset At, AttemptId Attempt, WorkerId Worker, string File, string Cause) : JobEvent(At);

    /// <summary>The commit point: every part is prepared, and the job's output is what these attempts made. From here there is no way back.</summary>
    public sealed record CommitDecided(DateTimeOffset At, Epoch Epoch) : JobEvent(At);

    /// <summary>The output is visible; the job has succeeded.</summary>
    public sealed record JobPublished(DateTimeOffset At) : JobEvent(At);

    /// <summary>The job has failed; whatever was staged is to be discarded.</summary>
    public sealed record JobFailed(DateTimeOffset At, TaskId? Task, Failure Failure) : JobEvent(At);

    /// <summary>The job was cancelled; whatever was staged is to be discarded.</summary>
    public sealed record JobCancelled(DateTimeOffset At) : JobEvent(At);
}
