using MapReduce.Api;
using MapReduce.Coordination;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;

namespace MapReduce.Node.Http;

/// <summary>Turns messages of the cluster into the contract of the API.</summary>
internal static class Convert
{
    public static JobList List(JobsAnswer answer) => new(answer.Total, [.. answer.Jobs.Select(job => new JobSummary(job.Id, job.Name, job.Phase, Time(job.Submitted), Ended(job.Ended), job.Priority))]);

    public static TaskList List(TasksAnswer answer)
        => new(answer.Total, [.. answer.Tasks.Select(task => new TaskDetails(task.Task, task.State, task.Attempts, task.Failures, task.Losses, task.Worker.Length > 0 ? task.Worker : null))]);

    public static NodeList List(NodesAnswer answer)
        => new(answer.Master, answer.Epoch, [.. answer.Nodes.Select(node => new NodeDetails(node.Name, node.Http, node.State, node.Slots, node.Busy, node.Draining, node.Quarantined, node.Master))]);

    public static DrainStatus Status(DrainProgress progress) => new(progress.Node, progress.Running, progress.Needed);

    public static JobDetails Details(JobAnswer answer)
    {
        var (spec, status) = (answer.Spec, answer.Status);
        return new JobDetails
        {
            Id = spec.Id,
            Name = spec.Name,
            Phase = status.Phase,
            Submitted = Time(spec.Submitted),
            Ended = Ended(status.Ended),
            Revision = status.Revision,
            Epoch = status.Epoch,
            Inputs = spec.Order.Inputs,
            Output = spec.Output,
            Arguments = spec.Order.Arguments,
            Priority = spec.Priority,
            Stages = [.. status.Stages.Select(stage => new StageDetails(stage.Planned, stage.Maps, stage.MapsDone, stage.Reduces, stage.ReducesDone))],
            Counters = status.Counters.ToDictionary(counter => counter.Name, counter => counter.Value),
            RunningAttempts = status.RunningAttempts,
            FailedAttempts = status.FailedAttempts,
            LostAttempts = status.LostAttempts,
            InputRecords = status.Totals.RecordsRead,
            InputBytes = status.Totals.BytesRead,
            ShuffleBytes = status.Totals.ShuffleBytes,
            SpilledBytes = status.Totals.SpilledBytes,
            SkippedRecords = status.SkippedRecords,
            HotKeys = [.. status.Totals.HotKeys.Select(key => new HotKeyDetails(key.Key, key.Weight))],
            Failure = status.Failure is { } failure ? new FailureDetails(((FailureReason)failure.Reason).ToString(), failure.Message, status.FailedTask.Length > 0 ? status.FailedTask : null) : null,
        };
    }

    public static JobEventDetails Event(long revision, EventRecord record)
    {
        var @event = JobEventCodec.FromRecord(record);
        var details = new JobEventDetails { Revision = revision, Event = @event.GetType().Name, At = @event.At };
        return @event switch
        {
            JobEvent.EpochClaimed claimed => details with { Epoch = claimed.Epoch.Value },
            JobEvent.AttemptStarted started => details with { Attempt = started.Attempt.ToString(), Node = started.Worker.Node },
            JobEvent.StagePlanned planned => details with { Attempt = planned.Attempt.ToString(), Maps = planned.Maps, Reduces = planned.Reduces },
            JobEvent.AttemptSucceeded succeeded => details with { Attempt = succeeded.Attempt.ToString(), Node = succeeded.Worker.Node },
            JobEvent.AttemptFailed failed => details with { Attempt = failed.Attempt.ToString(), Node = failed.Worker.Node, Reason = failed.Failure.Reason.ToString(), Message = failed.Failure.Message },
            JobEvent.AttemptRevoked revoked => details with { Attempt = revoked.Attempt.ToString(), Node = revoked.Worker.Node },
            JobEvent.MapOutputLost lost => details with { Attempt = lost.Attempt.ToString(), Message = lost.Cause },
            JobEvent.MapOutputFound found => details with { Attempt = found.Attempt.ToString(), Node = found.Worker.Node },
            JobEvent.CommitDecided decided => details with { Epoch = decided.Epoch.Value },
            JobEvent.JobFailed failed => details with { Reason = failed.Failure.Reason.ToString(), Message = failed.Failure.Message, Attempt = failed.Task?.ToString() },
            _ => details,
        };
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static DateTimeOffset? Ended(long ticks) => ticks == 0 ? null : Time(ticks);
}
