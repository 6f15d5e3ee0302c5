using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>Chooses the task for a free slot: first the job with the smallest share for its priority, then in that job the first task that may run.</summary>
/// <remarks>Pure: the same jobs, worker and time give the same choice. Nothing is granted here: <see cref="JobState.Decide"/> does that.</remarks>
public sealed class TaskScheduler(SchedulingPolicy policy)
{
    /// <summary>The task that <paramref name="worker"/> should run next; null where there is none.</summary>
    public TaskChoice? Choose(IReadOnlyList<JobState> jobs, WorkerId worker, DateTimeOffset now)
    {
        foreach (var job in jobs.Where(job => job.Phase is JobPhase.Running)
                     .OrderBy(job => (double)job.RunningAttempts / Math.Max(1, job.Rules.Priority)).ThenByDescending(job => job.Rules.Priority))
        {
            if (Next(job) is { } task) return new TaskChoice(job, task, IsSpeculative: false);
        }
        foreach (var job in jobs.Where(job => job.Phase is JobPhase.Running && job.Rules.AllowsSpeculation))
            if (Straggler(job, worker, now) is { } task) return new TaskChoice(job, task, IsSpeculative: true);
        return null;
    }

    private static TaskId? Next(JobState job)
    {
        for (var stage = 0; stage < job.StageCount; stage++)
        {
            var state = job.Stages[stage];
            if (state.IsComplete) continue;
            if (!state.IsPlanned)
            {
                var plan = new TaskId(stage, TaskKind.Plan, 0);
                if (job.IsRunnable(plan)) return plan;
                continue;
            }
            if (state.PendingMaps.Peek is { } map && job.HasInput(stage)) return new TaskId(stage, TaskKind.Map, map);
            if (state.MapsAreDone && state.PendingReduces.Peek is { } reduce) return new TaskId(stage, TaskKind.Reduce, reduce);
        }
        return null;
    }

    /// <summary>How many tasks of a job a second attempt may help, wherever it ran.</summary>
    public int Stragglers(JobState job, DateTimeOffset now)
        => job.Phase is JobPhase.Running && job.Rules.AllowsSpeculation ? job.RunningTasks.Count(task => IsStraggler(job, task, now)) : 0;

    private bool IsStraggler(JobState job, TaskId task, DateTimeOffset now)
    {
        if (task.Kind == TaskKind.Plan) return false;
        var cell = job.Cell(task);
        var durations = job.Stages[task.Stage].DurationsOf(task.Kind);
        if (cell.Second.IsSet || durations.Count < policy.SpeculationSample) return false;
        var elapsed = now - cell.First.StartedAt;
        return elapsed > policy.SpeculationMinimum && elapsed > durations.Median() * policy.SpeculationFactor;
    }

    /// <summary>The slowest task that runs much longer than its fellows took, on another node, with no second attempt yet.</summary>
    private TaskId? Straggler(JobState job, WorkerId worker, DateTimeOffset now)
    {
        TaskId? slowest = null;
        var longest = TimeSpan.Zero;
        foreach (var task in job.RunningTasks)
        {
            if (!IsStraggler(job, task, now)) continue;
            var first = job.Cell(task).First;
            if (job.Worker(first.Worker).Node != worker.Node && now - first.StartedAt > longest) (slowest, longest) = (task, now - first.StartedAt);
        }
        return slowest;
    }
}

/// <summary>The scheduler's choice.</summary>
/// <param name="Job">The job.</param>
/// <param name="Task">Its task.</param>
/// <param name="IsSpeculative">Whether another attempt at the task is running.</param>
public sealed record TaskChoice(JobState Job, TaskId Task, bool IsSpeculative);

/// <summary>The settings of scheduling.</summary>
public sealed record SchedulingPolicy
{
    /// <summary>How many times as long as the median a task must run before a second attempt starts.</summary>
    public double SpeculationFactor { get; init; } = 1.5;

    /// <summary>How long a task must run at least before a second attempt starts.</summary>
    public TimeSpan SpeculationMinimum { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many tasks must have ended before their median means anything.</summary>
    public int SpeculationSample { get; init; } = 3;

    /// <summary>How long a job passes over free slots while others are better for its next tasks; zero for never.</summary>
    public TimeSpan LocalityWait { get; init; } = TimeSpan.FromMilliseconds(100);
}
