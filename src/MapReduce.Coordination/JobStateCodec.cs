using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>Turns the state of a job into a snapshot and back, so that a master that takes over need not read every event. <c>master.proto</c> has the format.</summary>
public static class JobStateCodec
{
    /// <summary>The newest version that this program reads. It writes it where it must: an older program would send readers to files that were made again.</summary>
    public const int Version = 2;

    private const int VersionWithoutRemade = 1;

    /// <summary>The snapshot of a state.</summary>
    public static JobSnapshot Write(JobState state)
    {
        var snapshot = new JobSnapshot
        {
            Version = state.Remade.Count > 0 ? Version : VersionWithoutRemade,
            Revision = state.Revision,
            Epoch = state.Epoch.Value,
            SkippedRecords = state.SkippedRecords,
            FailedAttempts = state.FailedAttempts,
            LostAttempts = state.LostAttempts,
            IsDefined = state.IsDefined,
            Started = (state.BeganAt ?? default).UtcTicks,
            Counters = { state.Counters },
            Attempts = state.Attempts.Write(),
            KeepsCounts = state.KeepsCounts,
            HotKeys = new HotKeySnapshot { Keys = { state.Totals.HotKeys } },
            Remade = { state.Remade.Select(JobEventCodec.Write) },
        };
        if (PhaseEvent(state) is { } phase) snapshot.Phase = JobEventCodec.ToRecord(phase);
        if (state.Definition is { } definition) snapshot.Definition = JobEventCodec.ToRecord(new JobEvent.JobDefined(default, definition));
        snapshot.Workers.Add(state.Workers.Select(JobEventCodec.Write));
        for (var i = 0; i < state.StageCount; i++) snapshot.Stages.Add(Write(i, state.Stages[i]));
        return snapshot;
    }

    /// <summary>The state that a snapshot was made of.</summary>
    /// <exception cref="JournalException">A newer program wrote the snapshot.</exception>
    public static JobState Read(JobId id, JobRules rules, JobSnapshot snapshot)
    {
        if (snapshot.Version > Version) throw JobEventCodec.Newer($"a snapshot of version {snapshot.Version}, and this program reads up to {Version}");
        var stages = snapshot.Stages.Select(Read).ToArray();
        return new JobState(id, rules, snapshot, stages);
    }

    internal static JobEvent? PhaseEvent(JobState state) => state.Phase switch
    {
        JobPhase.Committing committing => new JobEvent.CommitDecided(default, committing.DecidedIn),
        JobPhase.Succeeded => new JobEvent.JobPublished(state.EndedAt!.Value),
        JobPhase.Failed failed => new JobEvent.JobFailed(state.EndedAt!.Value, failed.Task, failed.Failure),
        JobPhase.Cancelled => new JobEvent.JobCancelled(state.EndedAt!.Value),
        _ => null,
    };

    private static StageSnapshot Write(int number, StageState stage)
    {
        var snapshot = new StageSnapshot
        {
            PlanHash = stage.PlanHash ?? "",
            Plan = Write(number, stage, TaskKind.Plan),
            Maps = Write(number, stage, TaskKind.Map),
            Reduces = Write(number, stage, TaskKind.Reduce),
            OutputsAreFreed = stage.OutputsAreFreed,
            DatasetIsFreed = stage.DatasetIsFreed,
        };
        snapshot.DependsOn.Add(stage.DependsOn);
        snapshot.MapCounts.Add(stage.MapCounts.Select(task => Write(new TaskId(number, TaskKind.Map, task.Key), task.Value)));
        snapshot.ReduceCounts.Add(stage.ReduceCounts.Select(task => Write(new TaskId(number, TaskKind.Reduce, task.Key), task.Value)));
        snapshot.MapDurations = stage.MapDurations.Write();
        snapshot.ReduceDurations = stage.ReduceDurations.Write();
        foreach (var (index, lost) in stage.LostOutputs)
        {
            var output = new LostOutputSnapshot { Index = index, Attempt = lost.Attempt, Made = lost.Made is { } made ? UnsafeByteOperations.UnsafeWrap(made) : ByteString.Empty, IsDamaged = lost.IsDamaged };
            if (lost.Counts is { } counts) output.Counts = Write(new TaskId(number, TaskKind.Map, index), counts);
            snapshot.LostOutputs.Add(output);
        }
        return snapshot;
    }

    /// <summary>Counts as older programs have written them: as the event that told them. Who made it when is not asked for any more.</summary>
    private static EventRecord Write(TaskId task, Counts counts)
        => JobEventCodec.ToRecord(new JobEvent.AttemptSucceeded(default, new AttemptId(task, 0), new WorkerId("", 0), counts.Counters, counts.SkippedRecords));

    private static CellSnapshots Write(int stage, StageState state, TaskKind kind)
    {
        var snapshot = new CellSnapshots();
        var cells = state.Cells(kind);
        for (var index = 0; index < cells.Length; index++)
        {
            ref var cell = ref cells[index];
            snapshot.Winner.Add(cell.Winner);
            snapshot.WinnerWorker.Add(cell.WinnerWorker);
            snapshot.Started.Add(cell.Started);
            snapshot.Failures.Add(cell.Failures);
            snapshot.Losses.Add(cell.Losses);
            if (cell.First.IsSet) snapshot.Running.Add(Write(index, cell.First));
            if (cell.Second.IsSet) snapshot.Running.Add(Write(index, cell.Second));
            snapshot.Made.Add(state.MadeBy(new TaskId(stage, kind, index)) is { } made ? UnsafeByteOperations.UnsafeWrap(made) : ByteString.Empty);
        }
        return snapshot;
    }

    private static RunningSnapshot Write(int index, RunningAttempt attempt)
        => new() { Index = index, Number = attempt.Number, Worker = attempt.Worker, StartedAt = attempt.StartedAt.UtcTicks, Deadline = attempt.Deadline.UtcTicks };

    private static StageState Read(StageSnapshot snapshot)
    {
        var stage = new StageState(snapshot.DependsOn) { OutputsAreFreed = snapshot.OutputsAreFreed, DatasetIsFreed = snapshot.DatasetIsFreed };
        if (snapshot.PlanHash.Length > 0) stage.Open(snapshot.PlanHash, snapshot.Maps.Winner.Count, snapshot.Reduces.Winner.Count);
        foreach (var (kind, counted) in snapshot.MapCounts.Select(record => (TaskKind.Map, record)).Concat(snapshot.ReduceCounts.Select(record => (TaskKind.Reduce, record))))
        {
            var (index, counts) = ReadCounts(counted);
            stage.CountsOf(kind)[index] = counts;
        }
        foreach (var lost in snapshot.LostOutputs)
            stage.LostOutputs[lost.Index] = new LostOutput(lost.Attempt, lost.Counts is { } counted ? ReadCounts(counted).Counts : null, lost.Made.Length > 0 ? lost.Made.ToByteArray() : null, lost.IsDamaged);
        if (snapshot.MapDurations is { } maps) stage.MapDurations.Restore(maps);
        if (snapshot.ReduceDurations is { } reduces) stage.ReduceDurations.Restore(reduces);
        Read(stage, TaskKind.Plan, snapshot.Plan);
        Read(stage, TaskKind.Map, snapshot.Maps);
        Read(stage, TaskKind.Reduce, snapshot.Reduces);
        return stage;
    }

    private static (int Index, Counts Counts) ReadCounts(EventRecord record)
    {
        var counted = (JobEvent.AttemptSucceeded)JobEventCodec.FromRecord(record);
        return (counted.Attempt.Task.Index, new Counts(counted.Counters, counted.SkippedRecords));
    }

    private static void Read(StageState stage, TaskKind kind, CellSnapshots snapshot)
    {
        var cells = stage.Cells(kind);
        for (var index = 0; index < cells.Length; index++)
        {
            ref var cell = ref cells[index];
            cell.Winner = snapshot.Winner[index];
            cell.WinnerWorker = snapshot.WinnerWorker[index];
            cell.Started = snapshot.Started[index];
            cell.Failures = (short)snapshot.Failures[index];
            cell.Losses = (short)snapshot.Losses[index];
            if (snapshot.Made[index].Length > 0) stage.Keep(new TaskId(0, kind, index), snapshot.Made[index].ToByteArray());
        }
        foreach (var running in snapshot.Running)
        {
            var attempt = new RunningAttempt { Number = running.Number, Worker = running.Worker, StartedAt = JobEventCodec.Time(running.StartedAt), Deadline = JobEventCodec.Time(running.Deadline) };
            ref var cell = ref cells[running.Index];
            if (cell.First.IsSet) cell.Second = attempt;
            else cell.First = attempt;
        }
        for (var index = 0; index < cells.Length; index++)
        {
            ref var cell = ref cells[index];
            if (!cell.IsDone && !cell.IsRunning) continue;
            if (kind == TaskKind.Plan) stage.PlanIsPending = false;
            else stage.Pending(kind).Remove(index);
            if (!cell.IsDone) continue;
            if (kind == TaskKind.Map) stage.MapsDone++;
            if (kind == TaskKind.Reduce) stage.ReducesDone++;
        }
    }
}
