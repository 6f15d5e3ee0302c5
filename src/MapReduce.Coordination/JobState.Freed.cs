using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

// What a stage has made may be asked for again after the stage that reads it is complete: what that made may be damaged, or lost. So a stage's map outputs stay
// until nobody reads any more what its reduce tasks made, or for good where those made files of the output, which may be damaged until the commit. And what
// its map tasks read stays as long as their outputs do. One loss or damage needs nothing beyond that; where several together do, what is gone is made again.

public sealed partial class JobState
{
    private const string Freed = "It was removed when nobody needed it any more, and is needed again, because what was made of it is lost or damaged.";

    /// <summary>The stages whose map outputs nobody needs any more.</summary>
    public IEnumerable<int> FreedOutputs => Enumerable.Range(0, stages.Length).Where(stage => stages[stage].OutputsAreFreed);

    /// <summary>The stages whose files for later stages nobody needs any more.</summary>
    public IEnumerable<int> FreedDatasets => Enumerable.Range(0, stages.Length).Where(stage => stages[stage].DatasetIsFreed);

    /// <summary>The files that a stage has made for later ones.</summary>
    public IEnumerable<string> DatasetOf(int stage) => Done(stage).Select(Made).OfType<Products>().SelectMany(made => made.Datasets).Select(file => file.Path);

    private bool NeedsOutputs(int stage) => !stages[stage].IsComplete || stages[stage].Prepared > 0 || Readers(stage).Any(reader => !stages[reader].IsComplete);

    private IEnumerable<int> Readers(int stage) => Enumerable.Range(0, stages.Length).Where(later => stages[later].DependsOn.Contains(stage));

    /// <summary>Notes what nobody needs any more where a stage is now complete.</summary>
    private void NoteIfComplete(int completed)
    {
        if (!stages[completed].IsComplete) return;
        foreach (var stage in stages[completed].DependsOn.Append(completed))
        {
            if (NeedsOutputs(stage)) continue;
            stages[stage].OutputsAreFreed = true;
            foreach (var earlier in stages[stage].DependsOn) stages[earlier].DatasetIsFreed |= !Readers(earlier).Any(NeedsOutputs);
        }
    }

    /// <summary>Has made again what tasks that run again need, and what is gone because nobody needed it any more.</summary>
    private void AddFreed(DateTimeOffset now, List<JobEvent> events)
    {
        var again = events.Select(TakenBack).OfType<TaskId>().ToHashSet();
        // The list grows with what is found, stage by stage.
        for (var i = 0; i < events.Count && events[^1] is not JobEvent.JobFailed; i++)
        {
            if (TakenBack(events[i]) is not { } task) continue;
            if (task.Kind == TaskKind.Reduce && stages[task.Stage].OutputsAreFreed) AddFreedOutputs(task.Stage, again, now, events);
            if (task.Kind == TaskKind.Map)
                foreach (var earlier in stages[task.Stage].DependsOn.Where(earlier => stages[earlier].DatasetIsFreed)) AddFreedDataset(earlier, again, now, events);
        }
    }

    private void AddFreedOutputs(int stage, HashSet<TaskId> again, DateTimeOffset now, List<JobEvent> events)
    {
        foreach (var task in Done(stage).Where(task => task.Kind == TaskKind.Map && again.Add(task)))
        {
            AddLostOutput(Winner(task)!.Value, Freed, now, events);
            if (events[^1] is JobEvent.JobFailed) return;
        }
    }

    private void AddFreedDataset(int stage, HashSet<TaskId> again, DateTimeOffset now, List<JobEvent> events)
    {
        // Of tasks whose products are kept elsewhere nobody knows here that they made no file.
        foreach (var task in Done(stage).Where(task => Made(task) is not { Datasets.Count: 0 } && again.Add(task)))
        {
            AddDamagedDataset(new DamagedPart(Winner(task)!.Value, Path.GetFileName(Made(task)?.Datasets[0].Path ?? ""), Freed), now, events);
            if (events[^1] is JobEvent.JobFailed) return;
        }
    }

    private IEnumerable<TaskId> Done(int stage)
        => Enumerable.Range(0, stages[stage].MapCount).Select(index => new TaskId(stage, TaskKind.Map, index))
            .Concat(Enumerable.Range(0, stages[stage].ReduceCount).Select(index => new TaskId(stage, TaskKind.Reduce, index)))
            .Where(task => Cell(task).IsDone);

    private static TaskId? TakenBack(JobEvent @event) => @event switch
    {
        JobEvent.MapOutputLost lost => lost.Attempt.Task,
        JobEvent.PartDamaged damaged => damaged.Attempt.Task,
        JobEvent.DatasetDamaged damaged => damaged.Attempt.Task,
        _ => null,
    };
}
