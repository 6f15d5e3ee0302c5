using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;

namespace MapReduce.Master;

/// <summary>Answers to questions about the state of a job. Long ones come in pages that fit into an envelope.</summary>
internal static class Answers
{
    private const int DatasetsOfPage = 100;
    private const int TasksOfPage = 400;

    /// <summary>A phase in one word.</summary>
    public static string PhaseName(JobPhase phase) => phase.GetType().Name.ToLowerInvariant();

    /// <summary>A node as reducers see it; null where it is no member.</summary>
    public static Holder? HolderOf(Membership members, WorkerId worker) => members.Nodes.TryGetValue(worker, out var node) ? HolderOf(node) : null;

    /// <summary>What the stages have made for later ones, in the order of partitions.</summary>
    public static Datasets Datasets(JobState state, DatasetsQuery query)
    {
        var answer = new Datasets { Job = query.Job, From = query.From, Epoch = state.Epoch.Value };
        foreach (var task in query.Remade ? state.Remade : Publisher.Tasks(state))
        {
            foreach (var file in state.Made(task)?.Datasets ?? [])
            {
                if (answer.Total++ < query.From || answer.Total > query.From + DatasetsOfPage) continue;
                if (answer.Files.Count == 0 || answer.Files[^1].Stage != task.Stage) answer.Files.Add(new StageDatasets { Stage = task.Stage });
                answer.Files[^1].Files.Add(file);
            }
        }
        return answer;
    }

    /// <summary>How the tasks stand.</summary>
    public static TasksAnswer Tasks(JobState state, int from)
    {
        var answer = new TasksAnswer();
        var plans = Enumerable.Range(0, state.StageCount).Select(stage => new TaskId(stage, TaskKind.Plan, 0));
        foreach (var task in plans.Concat(Publisher.Tasks(state)).OrderBy(task => task.Stage).ThenBy(task => task.Kind).ThenBy(task => task.Index))
        {
            if (answer.Total++ < from || answer.Tasks.Count >= TasksOfPage) continue;
            var progress = state.Progress(task);
            answer.Tasks.Add(new TaskEntry
            {
                Task = task.ToString(),
                State = progress.IsDone ? "done" : progress.IsRunning ? "running" : "waiting",
                Attempts = progress.Attempts,
                Failures = progress.Failures,
                Losses = progress.Losses,
                Worker = progress.Worker?.Node ?? "",
            });
        }
        return answer;
    }

    /// <summary>How a job stands. It has ended only when what was staged is gone, too.</summary>
    public static JobStatus Status(JobState state, long runningBytes, bool isOver, DateTimeOffset now)
    {
        var totals = state.Totals;
        var status = new JobStatus
        {
            Phase = PhaseName(state.Phase),
            Started = state.BeganAt?.UtcTicks ?? 0,
            Ended = isOver ? state.EndedAt?.UtcTicks ?? 0 : 0,
            Revision = state.Revision,
            FailedAttempts = state.FailedAttempts,
            LostAttempts = state.LostAttempts,
            RunningAttempts = state.RunningAttempts,
            Epoch = state.Epoch.Value,
            SkippedRecords = state.SkippedRecords,
            Remaining = Milliseconds(JobEstimate.Remaining(state, now)),
            Definition = state.Definition is { } definition ? new Opened { Stages = { definition.Stages } } : null,
            Totals = new Totals
            {
                RecordsRead = totals.InputRecords,
                BytesRead = totals.InputBytes + runningBytes,
                ShuffleBytes = totals.ShuffleBytes,
                SpilledBytes = totals.SpilledBytes,
                RowsWritten = totals.RowsWritten,
                BytesWritten = totals.WrittenBytes,
                HotKeys = { totals.HotKeys },
            },
        };
        for (var stage = 0; stage < state.StageCount; stage++)
        {
            var progress = state.Progress(stage);
            status.Stages.Add(new StageStatus { Planned = progress.IsPlanned, Maps = progress.Maps, MapsDone = progress.MapsDone, Reduces = progress.Reduces, ReducesDone = progress.ReducesDone });
        }
        var names = state.Definition?.Counters ?? [];
        for (var i = 0; i < names.Count; i++) status.Counters.Add(new Counter { Name = names[i], Value = i < state.Counters.Count ? state.Counters[i] : 0 });
        if (state.Phase is JobPhase.Failed failed)
        {
            status.Failure = new Protocol.Journal.Failure { Reason = (int)failed.Failure.Reason, Message = failed.Failure.Message };
            status.FailedTask = failed.Task?.ToString() ?? "";
        }
        return status;
    }

    /// <summary>How far a job is, in short.</summary>
    public static JobProgress Progress(JobState state, long runningBytes, DateTimeOffset now)
    {
        var stages = Enumerable.Range(0, state.StageCount).Select(state.Progress).ToList();
        var first = stages.FindIndex(stage => !stage.IsComplete);
        return new JobProgress
        {
            Stage = first < 0 ? stages.Count - 1 : first,
            Stages = stages.Count,
            IsPlanned = stages.All(stage => stage.IsPlanned),
            Maps = stages.Sum(stage => stage.Maps),
            MapsDone = stages.Sum(stage => stage.MapsDone),
            Reduces = stages.Sum(stage => stage.Reduces),
            ReducesDone = stages.Sum(stage => stage.ReducesDone),
            Running = state.RunningAttempts,
            Failed = state.FailedAttempts,
            InputBytes = state.Totals.InputBytes,
            WorkBytes = state.Totals.WorkBytes + runningBytes,
            Remaining = Milliseconds(JobEstimate.Remaining(state, now)),
        };
    }

    private static long Milliseconds(TimeSpan? time) => time is { } known ? Math.Max(1, (long)known.TotalMilliseconds) : 0;

    private static Holder HolderOf(NodeMember node) => new()
    {
        Node = node.Worker.Node,
        Incarnation = node.Worker.Incarnation,
        Address = node.Description.Data,
        Machine = node.Description.Machine,
        Folder = node.Description.Folder,
    };
}
