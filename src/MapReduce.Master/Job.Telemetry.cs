using System.Diagnostics;
using Akka.Event;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Telemetry;
using MapReduce.Protocol.Work;

namespace MapReduce.Master;

internal sealed partial class Job
{
    private readonly Dictionary<AttemptId, long> offered = [];
    private Activity? span;

    /// <inheritdoc/>
    protected override void PostStop()
    {
        EndSpan("handed over");
        base.PostStop();
    }

    /// <summary>The span of the job in this reign; the next master makes one of its own below the same submission.</summary>
    private void BeginSpan()
    {
        var before = Activity.Current;
        span = Tracing.Continue("job", ActivityKind.Server, spec.Trace);
        // The thread has other actors to run.
        Activity.Current = before;
        span?.SetTag("mapreduce.job", spec.Id).SetTag("mapreduce.job.name", spec.Name).SetTag("mapreduce.epoch", epoch?.Value);
        // Nothing of the job has happened yet, so its span begins with its submission.
        if (span is not null && spec.Submitted > 0 && state.Revision == 0) span.SetStartTime(new DateTime(spec.Submitted, DateTimeKind.Utc));
    }

    private void EndSpan(string phase)
    {
        if (span is null) return;
        span.SetTag("mapreduce.job.phase", phase);
        if (state.Phase is JobPhase.Failed failed) span.Fail(failed.Failure.Reason.ToString(), failed.Failure.Message);
        span.Dispose();
        span = null;
    }

    private void OnLeaving(Grant grant)
    {
        grant.Trace = span is { } job ? Tracing.ContextOf(job) : spec.Trace;
        if (offered.Remove(Wire.Read(grant.Attempt), out var since)) settings.Metrics.Granted(since);
    }

    /// <summary>Events are written.</summary>
    private void Note(IReadOnlyList<JobEvent> events, long begun)
    {
        settings.Metrics.Journalled(begun, events.Count);
        foreach (var @event in events)
        {
            switch (@event)
            {
                case JobEvent.StagePlanned planned:
                    settings.Metrics.AttemptSucceeded(KindOf(planned.Attempt));
                    break;
                case JobEvent.AttemptSucceeded succeeded:
                    settings.Metrics.AttemptSucceeded(KindOf(succeeded.Attempt));
                    break;
                case JobEvent.AttemptFailed failed:
                    offered.Remove(failed.Attempt);
                    settings.Metrics.AttemptFailed(KindOf(failed.Attempt), failed.Failure.Reason.ToString());
                    log.Warning("Attempt {Attempt} at task {Task} of job {Job} failed on node {Node} for reason {Reason}: {Detail}", failed.Attempt, failed.Attempt.Task, spec.Id, failed.Worker.Node, failed.Failure.Reason, failed.Failure.Message);
                    break;
                case JobEvent.PartDamaged damaged:
                    NoteDamage(damaged.Attempt, damaged.Worker, damaged.Cause);
                    break;
                case JobEvent.DatasetDamaged damaged:
                    NoteDamage(damaged.Attempt, damaged.Worker, damaged.Cause);
                    break;
                case JobEvent.MapOutputLost:
                    settings.Metrics.OutputLost();
                    break;
            }
        }
    }

    private void NoteDamage(AttemptId attempt, WorkerId worker, string cause)
    {
        settings.Metrics.PartDamaged();
        log.Warning("Task {Task} of job {Job} runs again, because what {Attempt} made on node {Node} is damaged: {Detail}", attempt.Task, spec.Id, attempt, worker.Node, cause);
    }

    private static string KindOf(AttemptId attempt) => attempt.Task.Kind.ToString().ToLowerInvariant();
}
