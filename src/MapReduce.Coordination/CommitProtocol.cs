using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>Two-phase commit of a job's output, presumed abort (Mohan, Lindsay and Obermarck, 1986).</summary>
/// <remarks>
/// Prepare: each attempt writes its parts privately and reports them complete; <see cref="JobEvent.AttemptSucceeded"/> chooses one attempt a
/// task. Decide: when every task has its attempt, <see cref="JobEvent.CommitDecided"/> is the one commit point. Complete: the parts of exactly
/// those attempts are published, as often as it takes. Without the decision in the journal the job's parts are to be discarded.
/// </remarks>
public static class CommitProtocol
{
    /// <summary>The decision, if the task that just ended was the last one that the commit waited for.</summary>
    internal static IEnumerable<JobEvent> DecideIfPrepared(JobState state, TaskId lastTask, DateTimeOffset now)
    {
        for (var stage = 0; stage < state.StageCount; stage++)
        {
            var progress = state.Stages[stage];
            var missing = (progress.IsPlanned ? 0 : 1) + progress.MapCount - progress.MapsDone + progress.ReduceCount - progress.ReducesDone;
            if (missing > (stage == lastTask.Stage ? 1 : 0)) yield break;
        }
        yield return new JobEvent.CommitDecided(now, state.Epoch);
    }

    /// <summary>What a master that takes over has to finish, whether or not its predecessor began with it.</summary>
    public static CommitDuty Outstanding(JobState state) => state.Phase switch
    {
        JobPhase.Committing => CommitDuty.Publish,
        JobPhase.Failed or JobPhase.Cancelled => CommitDuty.Discard,
        _ => CommitDuty.None,
    };
}

/// <summary>What is left to do of a commit.</summary>
public enum CommitDuty
{
    /// <summary>Nothing yet, or nothing any more.</summary>
    None,

    /// <summary>The decision stands: publish the parts of the attempts that count, and confirm.</summary>
    Publish,

    /// <summary>The job came to nothing: remove what is staged.</summary>
    Discard,
}
