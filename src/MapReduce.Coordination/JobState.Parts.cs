using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

public sealed partial class JobState
{
    /// <summary>The files that the attempts that count have prepared for the output; 0 where they are kept elsewhere.</summary>
    public int PreparedParts { get; private set; }

    /// <summary>Whether what each task has counted is known, so that any may run again. It is not where an older program has made the snapshot that the state comes from.</summary>
    internal bool KeepsCounts { get; private set; } = true;

    private void CountPrepared(StageState stage, Products products, int sign)
    {
        PreparedParts += sign * products.Parts.Count;
        stage.Prepared += sign * (products.Parts.Count + products.Tickets.Count);
    }

    private IReadOnlyList<JobEvent> DecideDamage(JobCommand.ReportDamage damage, DateTimeOffset now)
    {
        if (Phase is not JobPhase.Running || damage.Epoch != Epoch) return Nothing;
        var events = new List<JobEvent>();
        foreach (var files in damage.Parts.Where(part => Winner(part.Attempt.Task) == part.Attempt).GroupBy(part => part.Attempt)
                     .OrderBy(files => files.Key.Task.Stage).ThenBy(files => files.Key.Task.Kind).ThenBy(files => files.Key.Task.Index))
        {
            AddDamage(files.Key, files.First(), files.Count() - 1, now, events);
            if (events[^1] is JobEvent.JobFailed) break;
        }
        AddFreed(now, events);
        return events;
    }

    private void AddDamage(AttemptId attempt, DamagedPart part, int others, DateTimeOffset now, List<JobEvent> events)
    {
        var cell = Cell(attempt.Task);
        var cause = others == 0 ? part.Cause : $"{part.Cause} So it is with {others} more of the files that {attempt} made.";
        events.Add(new JobEvent.PartDamaged(now, attempt, workers[cell.WinnerWorker], part.File, cause));
        EndIfDamagedTooOften(attempt.Task, FailureReason.Publish, cause, now, events);
    }

    private void EndIfDamagedTooOften(TaskId task, FailureReason reason, string cause, DateTimeOffset now, List<JobEvent> events)
    {
        if (!KeepsCounts)
            EndJob(task, new Failure(reason, $"{cause} The job began under an older version of the program, which has not noted what its tasks counted, so they cannot run again. Run the job again."), now, events);
        else if (Cell(task).Losses + 1 >= Rules.MaxLosses)
            EndJob(task, new Failure(reason, $"What {task} made was lost or damaged {Rules.MaxLosses} times; the last time: {cause}"), now, events);
    }

    /// <summary>The attempt that counts ceases to: its task runs again, and what it counted and made is taken back.</summary>
    private void TakeBack(TaskId task, bool isDamaged)
    {
        var stage = stages[task.Stage];
        ref var cell = ref Cell(task);
        var made = stage.MadeBy(task);
        if (made is not null)
        {
            var products = Products.Parser.ParseFrom(made);
            Totals.Remove(products.Totals);
            CountPrepared(stage, products, -1);
        }
        var counts = stage.CountsOf(task.Kind).Remove(task.Index, out var counted) ? counted : (Counts?)null;
        if (counts is { } taken) Count(taken, -1);
        if (task.Kind == TaskKind.Map)
        {
            // What the task makes now is compared with that, whichever of its products is lost.
            stage.LostOutputs[task.Index] = new LostOutput(cell.Winner, counts, made, isDamaged);
            stage.MapsDone--;
        }
        else
        {
            stage.ReducesDone--;
        }
        NoteRemade(task);
        stage.Forget(task);
        cell.Winner = -1;
        cell.Losses++;
        Return(task);
    }
}
