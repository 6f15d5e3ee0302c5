using MapReduce.Api;
using MapReduce.Coordination;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;

namespace MapReduce.Node.Http;

/// <summary>Turns messages of the cluster into the contract of the API.</summary>
internal static class Convert
{
    public static JobList List(JobsAnswer answer) => new(answer.Total, [.. answer.Jobs.Select(Summary)]) { Revision = answer.Revision };

    public static ClusterStatus Status(ClusterAnswer answer) => new()
    {
        Master = answer.Nodes.Master,
        Epoch = answer.Nodes.Epoch,
        Nodes = List(answer.Nodes).Nodes,
        Jobs = answer.Total,
        RunningJobs = answer.RunningTotal,
        Running = [.. answer.Running.Select(Summary)],
        Recent = [.. answer.Recent.Select(Summary)],
        Failed = [.. answer.Failed.Select(Summary)],
        Throughput = new ThroughputSamples(answer.FirstSample, Time(answer.Sampled), TimeSpan.FromMilliseconds(answer.SampleInterval).TotalSeconds, answer.Bytes, answer.Tasks, answer.Busy),
    };

    public static TaskList List(TasksAnswer answer)
        => new(answer.Total, [.. answer.Tasks.Select(task => new TaskDetails(task.Task, task.State, task.Attempts, task.Failures, task.Losses, task.Worker.Length > 0 ? task.Worker : null))]);

    public static NodeList List(NodesAnswer answer)
        => new(answer.Master, answer.Epoch, [.. answer.Nodes.Select(node => new NodeDetails(node.Name, node.Http, node.State, node.Slots, node.Busy, node.Draining, node.Quarantined, node.Master) { QuarantinedUntil = Ended(node.QuarantinedUntil) })]) { Revision = answer.Revision };

    public static DrainStatus Status(DrainProgress progress) => new(progress.Node, progress.Running, progress.Needed);

    public static JobDetails Details(JobAnswer answer)
    {
        var (spec, status) = (answer.Spec, answer.Status);
        return new JobDetails
        {
            Id = spec.Id,
            Name = spec.Name,
            Owner = JobOwner.Of(spec),
            Phase = status.Phase,
            Submitted = Time(spec.Submitted),
            Ended = Ended(status.Ended),
            Revision = status.Revision,
            Epoch = status.Epoch,
            Inputs = spec.Order.Inputs,
            Output = spec.Output,
            Arguments = spec.Order.Arguments,
            Priority = spec.Priority,
            Stages = [.. status.Stages.Select(stage => new StageDetails(stage.Planned, stage.Maps, stage.MapsDone, stage.Reduces, stage.ReducesDone)).Select((stage, index) => Describe(stage, status.Definition?.Stages.ElementAtOrDefault(index)))],
            Counters = status.Counters.ToDictionary(counter => counter.Name, counter => counter.Value),
            RunningAttempts = status.RunningAttempts,
            FailedAttempts = status.FailedAttempts,
            LostAttempts = status.LostAttempts,
            InputRecords = status.Totals.RecordsRead,
            InputBytes = status.Totals.BytesRead,
            ShuffleBytes = status.Totals.ShuffleBytes,
            SpilledBytes = status.Totals.SpilledBytes,
            SkippedRecords = status.SkippedRecords,
            WrittenBytes = status.Totals.BytesWritten,
            WrittenRows = status.Totals.RowsWritten,
            RemainingSeconds = Seconds(status.Remaining),
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
            JobEvent.AttemptStarted started => details with { Attempt = started.Attempt.ToString(), Node = started.Worker.Node, Slot = started.Slot },
            JobEvent.StagePlanned planned => details with { Attempt = planned.Attempt.ToString(), Maps = planned.Maps, Reduces = planned.Reduces, Plan = planned.PlanHash },
            JobEvent.AttemptSucceeded succeeded => details with { Attempt = succeeded.Attempt.ToString(), Node = succeeded.Worker.Node, Made = Made(succeeded), BytesRead = succeeded.Made?.Totals?.BytesRead },
            JobEvent.AttemptFailed failed => details with { Attempt = failed.Attempt.ToString(), Node = failed.Worker.Node, Reason = failed.Failure.Reason.ToString(), Message = failed.Failure.Message },
            JobEvent.AttemptRevoked revoked => details with { Attempt = revoked.Attempt.ToString(), Node = revoked.Worker.Node },
            JobEvent.MapOutputLost lost => details with { Attempt = lost.Attempt.ToString(), Message = lost.Cause },
            JobEvent.MapOutputFound found => details with { Attempt = found.Attempt.ToString(), Node = found.Worker.Node },
            JobEvent.MapOutputDiffers differs => details with { Attempt = differs.Attempt.ToString(), Reason = nameof(FailureReason.NotDeterministic), Message = differs.Message },
            JobEvent.PartDamaged damaged => details with { Attempt = damaged.Attempt.ToString(), Node = damaged.Worker.Node, Reason = nameof(FailureReason.CorruptData), Message = damaged.Cause },
            JobEvent.DatasetDamaged damaged => details with { Attempt = damaged.Attempt.ToString(), Node = damaged.Worker.Node, Reason = nameof(FailureReason.CorruptData), Message = damaged.Cause },
            JobEvent.CommitDecided decided => details with { Epoch = decided.Epoch.Value },
            JobEvent.JobFailed failed => details with { Reason = failed.Failure.Reason.ToString(), Message = failed.Failure.Message, Attempt = failed.Task?.ToString() },
            _ => details,
        };
    }

    private static JobSummary Summary(JobEntry job) => new(job.Id, job.Name, job.Phase, Time(job.Submitted), Ended(job.Ended), job.Priority)
    {
        Owner = job.Owner,
        Progress = job.Progress is { } now
            ? new JobProgressDetails(now.Stage, now.Stages, now.IsPlanned, now.Maps, now.MapsDone, now.Reduces, now.ReducesDone, now.Running, now.Failed, now.InputBytes, now.WorkBytes, Seconds(now.Remaining))
            : null,
        Failure = job.Reason > 0 ? new FailureDetails(((FailureReason)job.Reason).ToString(), job.Cause, job.FailedTask.Length > 0 ? job.FailedTask : null) : null,
    };

    private static StageDetails Describe(StageDetails stage, Protocol.Execution.Stage? definition)
        => definition is null ? stage : stage with { DependsOn = definition.DependsOn, Reads = definition.Reads, Steps = definition.Steps, Writes = definition.Writes };

    private static double? Seconds(long milliseconds) => milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds).TotalSeconds : null;

    private static MadeDetails? Made(JobEvent.AttemptSucceeded succeeded) => succeeded.Made?.Totals is { } totals
        ? new MadeDetails(totals.BytesRead, succeeded.Attempt.Task.Kind == Protocol.TaskKind.Map && totals.ShuffleBytes > 0 ? totals.ShuffleBytes : totals.BytesWritten, totals.SpilledBytes, totals.RowsWritten)
        : null;

    public static ClusterChange Change(Change change) => new()
    {
        Revision = change.Revision,
        Change = change.Kind,
        At = Time(change.At),
        Job = Text(change.Job),
        Name = Text(change.Name),
        Phase = Text(change.Phase),
        Node = Text(change.Node),
        Incarnation = Number(change.Incarnation),
        Reason = Text(change.Reason),
        Epoch = Number(change.Epoch),
    };

    private static string? Text(string text) => text.Length > 0 ? text : null;

    private static long? Number(long number) => number != 0 ? number : null;

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static DateTimeOffset? Ended(long ticks) => ticks == 0 ? null : Time(ticks);
}
