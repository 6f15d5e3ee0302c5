using Akka.Actor;
using Akka.Event;
using MapReduce.Coordination;
using MapReduce.Protocol.Work;
using MapReduce.Storage;

namespace MapReduce.Master;

internal sealed partial class Job
{
    private List<JobEvent> gathering = [];
    private List<Action> effects = [];
    private bool writing;
    private bool isOver;
    private bool publishing;
    private long snapshotAt;

    /// <summary>Decides, and does what follows as soon as it is written.</summary>
    private IReadOnlyList<JobEvent> Decide(JobCommand command, Action? then = null)
    {
        var events = state.Decide(command, Now);
        Commit(events, then);
        return events;
    }

    private void Commit(IReadOnlyList<JobEvent> events, Action? then = null)
    {
        if (events.Count == 0 && then is null) return;
        foreach (var @event in events)
        {
            state.Apply(@event);
            gathering.Add(@event);
        }
        if (then is not null) effects.Add(then);
        if (!writing) Flush();
        TellDemand();
    }

    /// <summary>Writes what has gathered; what comes meanwhile gathers for the next time.</summary>
    private void Flush()
    {
        while (!writing && (gathering.Count > 0 || effects.Count > 0))
        {
            var (events, then) = (gathering, effects);
            (gathering, effects) = ([], []);
            if (events.Count == 0)
            {
                foreach (var effect in then) effect();
                continue;
            }
            writing = true;
            var left = events.Count;
            PersistAllAsync(events.Select(JobEventCodec.ToRecord), record =>
            {
                Remember(record);
                if (--left > 0) return;
                writing = false;
                foreach (var effect in then) effect();
                foreach (var @event in events) React(@event);
                AnswerWatchers();
                SnapshotIfDue();
                Flush();
            });
        }
    }

    /// <summary>Does what a written event says.</summary>
    private void React(JobEvent @event)
    {
        switch (@event)
        {
            case JobEvent.AttemptRevoked revoked:
                if (slots.Remove(revoked.Attempt, out var slot)) slot.Tell(new Revoke { Job = spec.Id, Attempt = Ids.Write(revoked.Attempt), Epoch = state.Epoch.Value });
                progress.Remove(revoked.Attempt);
                break;
            case JobEvent.AttemptFailed failed:
                if (slots.Remove(failed.Attempt, out var of)) of.Tell(new Revoke { Job = spec.Id, Attempt = Ids.Write(failed.Attempt), Epoch = state.Epoch.Value });
                progress.Remove(failed.Attempt);
                break;
            case JobEvent.CommitDecided or JobEvent.JobPublished or JobEvent.JobFailed or JobEvent.JobCancelled:
                CarryOut();
                break;
        }
    }

    /// <summary>Carries out what is decided about the output, in the background, as often as it takes.</summary>
    private void CarryOut()
    {
        var duty = CommitProtocol.Outstanding(state);
        if (duty == CommitDuty.None)
        {
            if (state.Phase.IsEnd) End();
            return;
        }
        if (publishing || isOver) return;
        publishing = true;
        var decided = state.Epoch;
        if (duty == CommitDuty.Publish)
        {
            var (parts, manifest) = Publisher.Describe(state, spec);
            Task.Run(() => Publisher.Publish(spec, parts, manifest, settings.Durable)).PipeTo(Self, success: () => new Published(null), failure: exception => new Published(exception));
        }
        else
        {
            Task.Run(() => Publisher.Discard(spec)).PipeTo(Self, success: () => new Published(null), failure: exception => new Published(exception));
        }
    }

    private void OnPublished(Published published)
    {
        publishing = false;
        switch (published.Error)
        {
            case null when state.Phase.IsEnd:
                End();
                break;
            case null:
                Decide(new JobCommand.ConfirmPublished(state.Epoch));
                break;
            case StorageException { Error: StorageError.OutputExists or StorageError.InvalidPath } refused:
                Decide(new JobCommand.RefusePublish(state.Epoch, refused.Message));
                break;
            default:
                log.Warning(published.Error, "The output of job {Job} cannot be published or discarded now; it is tried again.", spec.Id);
                Timers.StartSingleTimer(RetryTimer, PublishTick.Instance, settings.PublishRetry);
                break;
        }
    }

    private void End()
    {
        if (isOver) return;
        isOver = true;
        Timers.CancelAll();
        var tasks = Enumerable.Range(0, state.StageCount).Select(state.Progress).Sum(stage => stage.Maps + stage.Reduces);
        Context.Parent.Tell(new MasterMessages.Over(id, Answers.PhaseName(state.Phase), tasks, state.EndedAt ?? Now));
        AnswerWatchers();
        Context.SetReceiveTimeout(settings.IdleJob);
    }

    /// <summary>Makes a snapshot when so much has happened that reading it would take longer than writing the snapshot did.</summary>
    private void SnapshotIfDue()
    {
        // The state runs ahead of the journal while a group gathers, and a snapshot must not.
        if (writing || gathering.Count > 0 || state.Revision - snapshotAt < Math.Max(settings.SnapshotEvents, tasksKnown())) return;
        snapshotAt = state.Revision;
        SaveSnapshot(JobStateCodec.Write(state));

        int tasksKnown() => Enumerable.Range(0, state.StageCount).Select(state.Progress).Sum(stage => stage.Maps + stage.Reduces);
    }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        log.Error(cause, "The journal refuses event {Number} of job {Job}: another master has written it, or the database is away. This master stops.", sequenceNr, spec.Id);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    private sealed record Published(Exception? Error);
}
