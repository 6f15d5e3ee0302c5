using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>Two-phase commit of a job's output, presumed abort (Mohan, Lindsay and Obermarck, 1986).</summary>
/// <remarks>
/// Prepare: each attempt writes its parts privately and reports them complete; <see cref="JobEvent.AttemptSucceeded"/> chooses one attempt a
/// task. Check: when every task has its attempt, the parts are looked at once more; what is damaged is made again. Decide:
/// <see cref="JobEvent.CommitDecided"/> is the one commit point. Complete: the parts of exactly those attempts are published, as often as it
/// takes. Without the decision in the journal the job's parts are to be discarded.
/// </remarks>
public static class CommitProtocol
{
    /// <summary>The decision, if the task that just ended was the last one that the commit waited for and there is nothing to check first.</summary>
    internal static IEnumerable<JobEvent> DecideIfPrepared(JobState state, TaskId lastTask, int parts, DateTimeOffset now)
    {
        if (state.PreparedParts + parts > 0) yield break;
        for (var stage = 0; stage < state.StageCount; stage++)
            if (Missing(state.Stages[stage]) > (stage == lastTask.Stage ? 1 : 0)) yield break;
        yield return new JobEvent.CommitDecided(now, state.Epoch);
    }

    /// <summary>Whether every task has its attempt and nothing is decided: the parts are to be checked.</summary>
    internal static bool IsPrepared(JobState state) => state.Phase is JobPhase.Running && state.Stages.All(stage => Missing(stage) == 0);

    /// <summary>What a master that takes over has to finish, whether or not its predecessor began with it.</summary>
    public static CommitDuty Outstanding(JobState state) => state.Phase switch
    {
        JobPhase.Running when IsPrepared(state) => CommitDuty.Check,
        JobPhase.Committing => CommitDuty.Publish,
        JobPhase.Failed or JobPhase.Cancelled => CommitDuty.Discard,
        _ => CommitDuty.None,
    };

    private static int Missing(StageState stage) => (stage.IsPlanned ? 0 : 1) + stage.MapCount - stage.MapsDone + stage.ReduceCount - stage.ReducesDone;
}

/// <summary>What is left to do of a commit.</summary>
public enum CommitDuty
{
    /// <summary>Nothing yet, or nothing any more.</summary>
    None,

    /// <summary>Every task is done: see whether the parts of the attempts that count are as they left them. That changes nothing, so it need not wait for the journal.</summary>
    Check,

    /// <summary>The decision stands: publish the parts of the attempts that count, and confirm.</summary>
    Publish,

    /// <summary>The job came to nothing: remove what is staged.</summary>
    Discard,
}
