using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>How long a job may yet take, judged by the tasks that are done.</summary>
public static class JobEstimate
{
    /// <summary>The time that is left with as many slots as the job has now; null where that cannot be told yet.</summary>
    /// <remarks>Until a reduce task is done, reducing a stage is taken to cost half of what mapping it costs.</remarks>
    public static TimeSpan? Remaining(JobState state, DateTimeOffset now)
    {
        if (state.Phase is not JobPhase.Running || state.Stages.Any(stage => !stage.IsPlanned)) return null;
        var left = TimeSpan.Zero;
        for (var number = 0; number < state.StageCount; number++)
        {
            var stage = state.Stages[number];
            if (stage.MapDurations.Count == 0 && !stage.MapsAreDone) return null;
            var map = stage.MapDurations.Median();
            var reduce = stage.ReduceDurations.Count > 0 || stage.ReduceCount == 0 ? stage.ReduceDurations.Median() : map * stage.MapCount / (2.0 * stage.ReduceCount);
            left += (map * (stage.MapCount - stage.MapsDone)) + (reduce * (stage.ReduceCount - stage.ReducesDone)) - Begun(state, number, map, reduce, now);
        }
        return left / Math.Max(1, state.RunningAttempts);
    }

    /// <summary>What the attempts that run have done of it already.</summary>
    private static TimeSpan Begun(JobState state, int stage, TimeSpan map, TimeSpan reduce, DateTimeOffset now)
    {
        var begun = TimeSpan.Zero;
        foreach (var task in state.RunningTasks)
        {
            if (task.Stage != stage || task.Kind == TaskKind.Plan) continue;
            var whole = task.Kind == TaskKind.Map ? map : reduce;
            var elapsed = now - state.Cell(task).First.StartedAt;
            begun += elapsed < whole ? elapsed : whole;
        }
        return begun;
    }
}
