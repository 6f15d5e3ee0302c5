using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

/// <summary>A job's part of the conversation with slots and with its journal: it decides by <see cref="JobState"/>, and does nothing before the decision is written.</summary>
/// <remarks>
/// Decisions are journalled in groups: while one group is being written, the next gathers. The state runs ahead of the journal by that group, but nothing
/// leaves before the events that it follows from are written; if writing fails, all this is to be dropped, and the state that ran ahead with it.
/// </remarks>
/// <typeparam name="TSlot">How a slot is answered.</typeparam>
/// <param name="state">The state, as the journal has it.</param>
/// <param name="scheduler">Chooses tasks.</param>
/// <param name="order">What slots must know of the job.</param>
/// <param name="surroundings">The journal, the slots and the output.</param>
public sealed partial class JobProtocol<TSlot>(JobState state, TaskScheduler scheduler, JobOrder order, IJobSurroundings<TSlot> surroundings) where TSlot : notnull
{
    private readonly Dictionary<AttemptId, TSlot> slots = [];
    private readonly Dictionary<AttemptId, long> progress = [];
    private readonly HashSet<int> freed = [];
    private List<JobEvent> gathering = [];
    private List<Action> effects = [];
    private (List<JobEvent> Events, List<Action> Effects)? writing;
    private Func<WorkerId, bool> isMember = _ => true;
    private readonly InputLocality locality = new();
    private Demand told;
    private int stragglers;
    private bool reigns;

    /// <summary>Whether the job has ended, and nothing is left to be done for it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether the state is what the journal has, no more.</summary>
    public bool IsWritten => writing is null && gathering.Count == 0;

    /// <summary>The bytes that the attempts that run have done.</summary>
    public long RunningBytes => progress.Values.Sum();

    /// <summary>Attempts of which something is remembered.</summary>
    internal int Remembered => slots.Count + progress.Count;

    /// <summary>A reign begins: the epoch is claimed, the leases of the reign before get a new term, and what it has left undone is taken up.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="members">Who is in the cluster.</param>
    /// <param name="now">The time.</param>
    public void Reign(Epoch epoch, Func<WorkerId, bool> members, DateTimeOffset now)
    {
        if (epoch < state.Epoch)
        {
            surroundings.Overtaken();
            return;
        }
        reigns = true;
        isMember = members;
        // All that the state knows now comes from the journal.
        (written, hasEnded) = (CommitProtocol.Outstanding(state), state.Phase.IsEnd);
        Decide(new JobCommand.ClaimEpoch(epoch), now, () =>
        {
            state.RenewAll(now);
            OnMembers(isMember, now);
            // The reign before may have ended between the word of it and the deed.
            Free();
            CarryOut();
            TellDemand();
        });
    }

    /// <summary>The job has ended long ago, and is only asked about.</summary>
    public void Rest() => IsOver = true;

    /// <summary>A slot is free.</summary>
    public void OnOffer(Offer<TSlot> offer, DateTimeOffset now)
    {
        var worker = Wire.Worker(offer.Slot);
        if (scheduler.Choose([state], worker, now) is not { } choice
            || state.Decide(new JobCommand.Grant(choice.Task, worker, offer.Slot.Number), now) is not [JobEvent.AttemptStarted started] events)
        {
            // A straggler may run where this slot is. Until time has passed it is not offered again, or the two would go on offering and declining.
            (told, stragglers) = (default, 0);
            TellDemand();
            surroundings.Declined(offer);
            return;
        }
        slots[started.Attempt] = offer.Worker;
        if (choice.IsSpeculative && stragglers > 0) stragglers--;
        Commit(events, () => surroundings.Send(offer.Worker, GrantOf(started.Attempt, offer)));
        surroundings.Granted(offer, started.Attempt);
    }

    /// <summary>The slot asks again for what it was granted.</summary>
    public void OnAgain(Offer<TSlot> offer, AttemptId attempt)
    {
        // Only what is written may leave: while a group is being written the slot asks once more.
        if (writing is null && state.Holds(attempt)) surroundings.Send(offer.Worker, GrantOf(attempt, offer));
    }

    /// <summary>The slot asks for something else, so it has not taken up what it was granted.</summary>
    public void OnAbandoned(AttemptId attempt, DateTimeOffset now)
        => Decide(new JobCommand.Fail(attempt, state.Epoch, new Failure(FailureReason.WorkerLost, "The slot did not take the attempt up.")), now);

    /// <summary>An attempt has ended.</summary>
    public void OnReport(TSlot from, Report report, DateTimeOffset now)
    {
        var attempt = Wire.Read(report.Attempt);
        if (report.Epoch != state.Epoch.Value)
        {
            surroundings.Send(from, new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = state.Epoch.Value, Stale = true });
            return;
        }
        slots[attempt] = from;
        progress.Remove(attempt);
        var events = Decide(Command(report, attempt), now, () => surroundings.Send(from, new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = state.Epoch.Value }));
        slots.Remove(attempt);
        // Nodes may have gone with map outputs that nobody needed any more, and that are needed again.
        if (events.Any(@event => @event is JobEvent.DatasetDamaged)) OnMembers(isMember, now);
        foreach (var failed in events.OfType<JobEvent.AttemptFailed>()) surroundings.Outcome(failed.Worker, failed.Failure.Reason);
        if (report.Failed is null) surroundings.Outcome(Wire.Worker(report.Slot), null);
    }

    /// <summary>An attempt is alive.</summary>
    public void OnRenewal(TSlot from, Renewal renewal, DateTimeOffset now)
    {
        var attempt = Wire.Read(renewal.Attempt);
        // Numbers of attempts are never used twice, so a lease of the reign before is known by its number.
        var held = state.Renew(new JobCommand.Renew(attempt, state.Epoch), now);
        if (held)
        {
            slots[attempt] = from;
            progress[attempt] = renewal.Bytes;
        }
        surroundings.Send(from, new Renewed { Job = renewal.Job, Attempt = renewal.Attempt, Epoch = state.Epoch.Value, Held = held });
    }

    /// <summary>A node offers outputs of an earlier life.</summary>
    public void OnFound(OutputsFound found, DateTimeOffset now)
    {
        var worker = new WorkerId(found.Node.Node, found.Node.Incarnation);
        if (!isMember(worker)) return;
        foreach (var attempt in found.Attempts) Decide(new JobCommand.AnnounceOutput(Wire.Read(attempt), worker), now);
    }

    /// <summary>Members have come or gone.</summary>
    public void OnMembers(Func<WorkerId, bool> members, DateTimeOffset now)
    {
        isMember = members;
        if (!reigns) return;
        for (var more = true; more;)
        {
            more = false;
            foreach (var gone in state.Workers.Where(worker => !isMember(worker)).ToList())
            {
                var events = Decide(new JobCommand.LoseWorker(gone), now);
                if (events.Count > 0) surroundings.NodeLost(gone, events.OfType<JobEvent.AttemptFailed>().Count(), events.OfType<JobEvent.MapOutputLost>().Count());
                // What has to be made again for that may need map outputs of those that were looked at before.
                more |= events.Any(@event => @event is JobEvent.DatasetDamaged);
            }
        }
    }

    /// <summary>Time has passed.</summary>
    public void OnTick(DateTimeOffset now)
    {
        LookForStragglers(now);
        Decide(new JobCommand.Tick(), now);
        Release();
        TellDemand();
    }

    /// <summary>A user cancels the job.</summary>
    /// <param name="now">The time.</param>
    /// <param name="then">Done as soon as that is written.</param>
    /// <returns>Whether it can be cancelled.</returns>
    public bool Cancel(DateTimeOffset now, Action then)
    {
        if (state.Phase is not JobPhase.Running) return false;
        Decide(new JobCommand.Cancel(), now, then);
        return true;
    }

    /// <summary>What <see cref="IJobSurroundings{TSlot}.Persist"/> was given last is written.</summary>
    public void OnWritten()
    {
        var (events, then) = writing ?? throw new InvalidOperationException("Nothing is being written.");
        writing = null;
        foreach (var effect in then) effect();
        foreach (var @event in events) React(@event);
        surroundings.AfterWrite();
        Flush();
    }

    private IReadOnlyList<JobEvent> Decide(JobCommand command, DateTimeOffset now, Action? then = null)
    {
        var events = state.Decide(command, now);
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
        if (events.Any(@event => @event is JobEvent.AttemptSucceeded or JobEvent.StagePlanned or JobEvent.MapOutputFound or JobEvent.DatasetDamaged)) Free();
        // What else happens need not wait for the parts to be checked.
        waitsForCheck = events.Any(@event => @event is JobEvent.AttemptSucceeded or JobEvent.StagePlanned) && BeginCheck();
        Flush();
        TellDemand();
    }

    /// <summary>Writes what has gathered; what comes meanwhile gathers for the next time.</summary>
    private void Flush()
    {
        while (writing is null && !waitsForCheck && (gathering.Count > 0 || effects.Count > 0))
        {
            var (events, then) = (gathering, effects);
            (gathering, effects) = ([], []);
            if (events.Count == 0)
            {
                foreach (var effect in then) effect();
                continue;
            }
            writing = (events, then);
            surroundings.Persist(events);
        }
    }

    /// <summary>Does what a written event says.</summary>
    private void React(JobEvent @event)
    {
        switch (@event)
        {
            case JobEvent.AttemptRevoked revoked:
                Revoke(revoked.Attempt);
                break;
            case JobEvent.AttemptFailed failed:
                Revoke(failed.Attempt);
                break;
            case JobEvent.CommitDecided:
                written = CommitDuty.Publish;
                CarryOut();
                break;
            case JobEvent.JobPublished:
                (written, hasEnded) = (CommitDuty.None, true);
                CarryOut();
                break;
            case JobEvent.JobFailed or JobEvent.JobCancelled:
                (written, hasEnded) = (CommitDuty.Discard, true);
                CarryOut();
                break;
        }
    }

    private void Revoke(AttemptId attempt)
    {
        if (slots.Remove(attempt, out var slot)) surroundings.Send(slot, new Revoke { Job = state.Id.ToString(), Attempt = Wire.Write(attempt), Epoch = state.Epoch.Value });
        progress.Remove(attempt);
    }

    /// <summary>Lets go, when all that is known now is written, the files of stages that nobody needs any more. Each attempt names its files, so that what is made again meanwhile stays.</summary>
    private void Free()
    {
        freed.IntersectWith(state.FreedDatasets);
        var datasets = state.FreedDatasets.Where(freed.Add).SelectMany(state.DatasetOf).ToList();
        if (datasets.Count > 0) effects.Add(() => surroundings.Free(datasets));
    }

    /// <summary>As often as time passes and no oftener, because it looks at all that runs.</summary>
    private void LookForStragglers(DateTimeOffset now) => stragglers = scheduler.Stragglers(state, now);

    private void TellDemand()
    {
        if (!reigns) return;
        var (near, isSmall) = locality.Of(state);
        var demand = new Demand(state.Id, state.Rules.Priority, state.RunningAttempts, state.RunnableTasks, state.RunningAttempts > 0 ? stragglers : 0, near, isSmall);
        if (demand == told) return;
        told = demand;
        surroundings.Wants(demand);
    }

    private Grant GrantOf(AttemptId attempt, Offer<TSlot> offer) => new()
    {
        Job = state.Id.ToString(),
        Attempt = Wire.Write(attempt),
        Epoch = state.Epoch.Value,
        Request = offer.Request,
        Order = order,
        Plan = state.PlanHash(attempt.Task.Stage) ?? state.PlanHash(0) ?? "",
        Remade = attempt.Task.Kind == TaskKind.Map && state.ReadsRemade(attempt.Task.Stage),
        Freed = { state.FreedOutputs },
    };

    private static DamagedPart? Dataset(Protocol.Work.Failure? failure)
        => failure?.DamagedDataset is { } maker ? new DamagedPart(Wire.Read(maker), failure.File, failure.Message) : null;

    private JobCommand Command(Report report, AttemptId attempt)
    {
        switch (report.ResultCase)
        {
            case Report.ResultOneofCase.Planned:
                return new JobCommand.CompletePlan(attempt, state.Epoch, report.Planned.Digest, report.Planned.Maps, report.Planned.Reduces, report.Planned.Definition);
            case Report.ResultOneofCase.Made:
                var made = report.Made.Clone();
                // Of what a slot does not tell there was nothing.
                made.Totals ??= new Protocol.Execution.Totals();
                long[] counters = [.. made.Totals.Counters];
                made.Totals.Counters.Clear();
                return new JobCommand.Complete(attempt, state.Epoch, counters, made.Totals.RecordsSkipped, made);
            default:
                var lost = report.Failed?.LostMap is { } map ? Wire.Read(map) : (AttemptId?)null;
                return new JobCommand.Fail(attempt, state.Epoch, new Failure((FailureReason)(int)(report.Failed?.Kind ?? FailureKind.Storage), report.Failed?.Message ?? "The worker gives no reason."), lost, Dataset(report.Failed));
        }
    }
}
