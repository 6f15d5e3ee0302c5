using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

/// <summary>Something that happened to a job from outside. A command may be refused, repeated, late or out of order.</summary>
public abstract record JobCommand
{
    private JobCommand()
    {
    }

    /// <summary>A master takes over with a new epoch. Comes first, and before anything is sent.</summary>
    public sealed record ClaimEpoch(Epoch Epoch) : JobCommand;

    /// <summary>A worker has a free slot for the task that the scheduler chose.</summary>
    public sealed record Grant(TaskId Task, WorkerId Worker, int? Slot = null) : JobCommand;

    /// <summary>An attempt is alive.</summary>
    public sealed record Renew(AttemptId Attempt, Epoch Epoch) : JobCommand;

    /// <summary>An attempt at planning a stage ended well.</summary>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Epoch">The epoch of its lease.</param>
    /// <param name="PlanHash">A digest of the plan.</param>
    /// <param name="Maps">The number of map tasks.</param>
    /// <param name="Reduces">The number of reduce tasks.</param>
    /// <param name="Definition">What the job says of itself; needed by a job whose stages are not known yet.</param>
    public sealed record CompletePlan(AttemptId Attempt, Epoch Epoch, string PlanHash, int Maps, int Reduces, Opened? Definition = null) : JobCommand;

    /// <summary>An attempt at a map or reduce task ended well: its output is private, complete and prepared.</summary>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Epoch">The epoch of its lease.</param>
    /// <param name="Counters">What it counted.</param>
    /// <param name="SkippedRecords">The bad records that it passed over.</param>
    /// <param name="Made">Its files; null where they are kept elsewhere. Nothing is decided by them.</param>
    public sealed record Complete(AttemptId Attempt, Epoch Epoch, IReadOnlyList<long> Counters, long SkippedRecords = 0, Products? Made = null) : JobCommand;

    /// <summary>An attempt failed.</summary>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Epoch">The epoch of its lease.</param>
    /// <param name="Failure">Why.</param>
    /// <param name="LostMap">For a failed fetch: the map attempt whose output could not be had.</param>
    /// <param name="Dataset">The file of an earlier stage that could not be read, because it is damaged or gone.</param>
    public sealed record Fail(AttemptId Attempt, Epoch Epoch, Failure Failure, AttemptId? LostMap = null, DamagedPart? Dataset = null) : JobCommand;

    /// <summary>A worker is gone with what it ran and the map outputs it held.</summary>
    public sealed record LoseWorker(WorkerId Worker) : JobCommand;

    /// <summary>A node that lives again still has the output of a map attempt on its disk.</summary>
    public sealed record AnnounceOutput(AttemptId Attempt, WorkerId Worker) : JobCommand;

    /// <summary>Time has passed: leases may have run out.</summary>
    public sealed record Tick : JobCommand;

    /// <summary>A user cancels the job.</summary>
    public sealed record Cancel : JobCommand;

    /// <summary>All parts are as their tasks left them: the commit may be decided.</summary>
    public sealed record ConfirmParts(Epoch Epoch) : JobCommand;

    /// <summary>Parts are not as their tasks left them.</summary>
    public sealed record ReportDamage(Epoch Epoch, IReadOnlyList<DamagedPart> Parts) : JobCommand;

    /// <summary>The output has been published.</summary>
    public sealed record ConfirmPublished(Epoch Epoch) : JobCommand;

    /// <summary>The output cannot be checked or published, for a reason that trying again cannot mend.</summary>
    public sealed record RefusePublish(Epoch Epoch, string Message) : JobCommand;
}

/// <summary>A file that a finished attempt has prepared for the output or made for later stages, and that is damaged or gone.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="File">The name of the file.</param>
/// <param name="Cause">What is wrong, and what is to blame.</param>
public sealed record DamagedPart(AttemptId Attempt, string File, string Cause);
