using MapReduce.Protocol;

namespace MapReduce.Coordination;

public sealed partial class JobState
{
    // In order, because a snapshot has to say the same.
    private readonly List<TaskId> remade = [];

    /// <summary>Tasks whose files for later stages are not those that a plan of a later stage may name: they have run again since, or have to.</summary>
    /// <remarks>A plan names files of attempts, and is not made again: many tasks may have run by it. Who runs the others is told of the files that took the place of those.</remarks>
    public IReadOnlyList<TaskId> Remade => remade;

    /// <summary>Whether the tasks of a stage may read files that were made again since the stage was planned.</summary>
    public bool ReadsRemade(int stage) => remade.Exists(task => stages[stage].DependsOn.Contains(task.Stage));

    /// <summary>Whether the tasks of a stage can read what earlier stages make: while a file that was damaged is made again, they wait.</summary>
    internal bool HasInput(int stage) => stages[stage].DependsOn.All(earlier => stages[earlier].IsComplete);

    private bool IsOfEarlier(TaskId maker, TaskId reader)
        => maker.Kind != TaskKind.Plan && Exists(maker) && stages[reader.Stage].DependsOn.Contains(maker.Stage);

    private void AddDamagedDataset(DamagedPart dataset, DateTimeOffset now, List<JobEvent> events)
    {
        events.Add(new JobEvent.DatasetDamaged(now, dataset.Attempt, workers[Cell(dataset.Attempt.Task).WinnerWorker], dataset.File, dataset.Cause));
        EndIfDamagedTooOften(dataset.Attempt.Task, FailureReason.CorruptData, dataset.Cause, now, events);
        if (events[^1] is JobEvent.JobFailed) return;
        // Who plans another stage that reads these files may ask for them while one is missing, and would plan without it.
        var ended = Ended(events);
        events.AddRange(Leases().Where(lease => lease.Attempt.Task.Kind == TaskKind.Plan && !ended.Contains(lease.Attempt) && IsOfEarlier(dataset.Attempt.Task, lease.Attempt.Task))
            .Select(lease => new JobEvent.AttemptRevoked(now, lease.Attempt, lease.Worker)).ToList());
    }

    /// <summary>Notes a task that has to run again after later stages may have been planned with what it made.</summary>
    private void NoteRemade(TaskId task)
    {
        if (!remade.Contains(task) && stages.Any(later => later.DependsOn.Contains(task.Stage) && later.Cells(TaskKind.Plan)[0].Started > 0)) remade.Add(task);
    }
}
