using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using MapReduce.Storage;

namespace MapReduce.Master;

internal sealed partial class Job
{
    // What a check has found whole, until that is published.
    private (IReadOnlyList<CommitTicket> Tickets, OutputManifest Manifest)? found;

    void IJobSurroundings<IActorRef>.Persist(IReadOnlyList<JobEvent> events)
    {
        var left = events.Count;
        var begun = Stopwatch.GetTimestamp();
        PersistAllAsync(events.Select(JobEventCodec.ToRecord), record =>
        {
            feed.Add(record);
            CountBytes(record);
            if (record.CommitDecided is not null) TellPhase();
            if (--left > 0) return;
            Note(events, begun);
            protocol.OnWritten();
        });
    }

    void IJobSurroundings<IActorRef>.Send(IActorRef slot, IMessage message)
    {
        if (message is Grant grant) OnLeaving(grant);
        slot.Tell(message);
    }

    void IJobSurroundings<IActorRef>.Declined(Offer<IActorRef> offer) => Context.Parent.Tell(new MasterMessages.Declined(id, offer));

    void IJobSurroundings<IActorRef>.Granted(Offer<IActorRef> offer, AttemptId attempt)
    {
        offered[attempt] = Stopwatch.GetTimestamp();
        Context.Parent.Tell(new MasterMessages.Granted(id, offer, attempt));
    }

    void IJobSurroundings<IActorRef>.Overtaken()
    {
        log.Error("The journal of job {Job} knows a higher epoch than {Epoch}: another master has taken over. This master stops.", spec.Id, epoch?.Value);
        Context.Stop(Self);
    }

    void IJobSurroundings<IActorRef>.Wants(Demand demand) => Context.Parent.Tell(new MasterMessages.Wants(demand));

    void IJobSurroundings<IActorRef>.Outcome(WorkerId worker, FailureReason? failure) => Context.Parent.Tell(new MasterMessages.Outcome(worker, failure));

    void IJobSurroundings<IActorRef>.NodeLost(WorkerId worker, int attempts, int outputs)
        => log.Warning("Node {Node} is lost: job {Job} reassigns {Attempts} attempts and makes {Outputs} map outputs again.", worker.Node, spec.Id, attempts, outputs);

    void IJobSurroundings<IActorRef>.CarryOut(CommitDuty duty)
    {
        var commitment = Publisher.Commitment(state, spec, settings);
        var whole = found;
        found = null;
        switch (duty)
        {
            case CommitDuty.Check:
                var prepared = Publisher.Describe(state, spec);
                Task.Run(() => Publisher.Check(spec, prepared.Tickets, prepared.Manifest, settings.ChecksParts))
                    .PipeTo(Self, success: damaged => new Checked(prepared.Tickets, prepared.Manifest, damaged), failure: exception => new CarriedOut(exception));
                break;
            case CommitDuty.Publish:
                var (tickets, manifest) = whole ?? Publisher.Describe(state, spec);
                // What has just been read is not read again.
                var checksBytes = settings.ChecksParts && whole is null;
                InBackground(() => Publisher.Publish(spec, commitment, tickets, manifest, checksBytes));
                break;
            default:
                InBackground(() => Publisher.Discard(spec, commitment));
                break;
        }
    }

    void IJobSurroundings<IActorRef>.Free(IReadOnlyList<string> datasets) => Task.Run(() => Publisher.Free(spec, datasets));

    void IJobSurroundings<IActorRef>.RetryLater() => Timers.StartSingleTimer(RetryTimer, RetryTick.Instance, settings.PublishRetry);

    void IJobSurroundings<IActorRef>.AfterWrite()
    {
        feed.Publish();
        SnapshotIfDue();
    }

    void IJobSurroundings<IActorRef>.Over()
    {
        Timers.CancelAll();
        EndSpan(Answers.PhaseName(state.Phase));
        Context.Parent.Tell(new MasterMessages.Over(id, new MasterMessages.JobEnd(Answers.PhaseName(state.Phase), Tasks(), state.Phase as JobPhase.Failed, Progress(), journalBytes)));
        feed.End();
        // Whoever looks at the job later is to have it at once, not event by event.
        if (protocol.IsWritten && state.Revision - snapshotAt > EventsReadQuickly) Snapshot();
        Context.SetReceiveTimeout(settings.IdleJob);
    }

    /// <summary>Those who watch the cluster hear that the job has decided to commit; of its end they hear from the master.</summary>
    private void TellPhase() => Context.Parent.Tell(new MasterMessages.PhaseChanged(id, Answers.PhaseName(new JobPhase.Committing(state.Epoch))));

    private void InBackground(Action work) => Task.Run(work).PipeTo(Self, success: () => new CarriedOut(null), failure: exception => new CarriedOut(exception));

    private void OnChecked(Checked done)
    {
        if (done.Damaged.Count == 0) found = (done.Tickets, done.Manifest);
        protocol.OnChecked(Publisher.Blame(state, done.Damaged), Now);
    }

    private void OnCarriedOut(Exception? error)
    {
        var end = error switch
        {
            null => CarryingOut.Done,
            StorageException { Error: StorageError.OutputExists or StorageError.InvalidPath or StorageError.Lost or StorageError.Damaged } => CarryingOut.Refused,
            _ => CarryingOut.Failed,
        };
        if (end == CarryingOut.Failed) log.Warning(error, "The output of job {Job} cannot be checked, published or discarded now; it is tried again.", spec.Id);
        protocol.OnCarriedOut(end, error?.Message ?? "", Now);
    }

    private int Tasks() => Enumerable.Range(0, state.StageCount).Select(state.Progress).Sum(stage => stage.Maps + stage.Reduces);

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        log.Error(cause, "The journal refuses event {Number} of job {Job}: another master has written it, or the database is away. This master stops.", sequenceNr, spec.Id);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        log.Error(cause, "Event {Number} of job {Job} cannot be written. This master stops.", sequenceNr, spec.Id);
        Context.Stop(Self);
    }

    private sealed record Checked(IReadOnlyList<CommitTicket> Tickets, OutputManifest Manifest, IReadOnlyList<DamagedFile> Damaged);

    private sealed record CarriedOut(Exception? Error);
}
