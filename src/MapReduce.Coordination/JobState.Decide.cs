using MapReduce.Protocol;

namespace MapReduce.Coordination;

public sealed partial class JobState
{
    private static readonly IReadOnlyList<JobEvent> Nothing = [];

    /// <summary>What follows from a command now. Nothing, where the command is late, repeated, of an old epoch or otherwise without a claim.</summary>
    /// <remarks>The state is not changed: persist the events, then apply them.</remarks>
    public IReadOnlyList<JobEvent> Decide(JobCommand command, DateTimeOffset now) => command switch
    {
        JobCommand.ClaimEpoch claim => claim.Epoch > Epoch ? [new JobEvent.EpochClaimed(now, claim.Epoch)] : Nothing,
        _ when Phase.IsEnd => Nothing,
        JobCommand.Grant grant => DecideGrant(grant, now),
        JobCommand.CompletePlan plan => DecidePlan(plan, now),
        JobCommand.Complete complete => DecideComplete(complete, now),
        JobCommand.Fail fail => DecideFail(fail, now),
        JobCommand.LoseWorker lost => DecideLost(lost.Worker, now),
        JobCommand.Tick => DecideTick(now),
        JobCommand.Cancel => Phase is JobPhase.Running ? [.. RevokeAll(now), new JobEvent.JobCancelled(now)] : Nothing,
        JobCommand.ConfirmPublished published => Phase is JobPhase.Committing && published.Epoch == Epoch ? [new JobEvent.JobPublished(now)] : Nothing,
        JobCommand.ConfirmParts confirmed => confirmed.Epoch == Epoch && CommitProtocol.IsPrepared(this) ? [new JobEvent.CommitDecided(now, Epoch)] : Nothing,
        JobCommand.ReportDamage damage => DecideDamage(damage, now),
        JobCommand.RefusePublish refused => refused.Epoch == Epoch && (Phase is JobPhase.Committing || CommitProtocol.IsPrepared(this))
            ? [new JobEvent.JobFailed(now, null, new Failure(FailureReason.Publish, refused.Message))]
            : Nothing,
        JobCommand.AnnounceOutput announced => DecideFound(announced, now),
        JobCommand.Renew => Nothing,
        _ => throw new InvalidOperationException($"A command of the unknown kind {command.GetType().Name} cannot be decided."),
    };

    /// <summary>Prolongs a lease. Not an event: leases need not survive the master, who gives them all a new term when it takes over.</summary>
    /// <returns>Whether the attempt still has a lease; if not, it must stop.</returns>
    public bool Renew(JobCommand.Renew renew, DateTimeOffset now)
    {
        if (Phase is not JobPhase.Running || !Holds(renew.Attempt, renew.Epoch)) return false;
        ref var cell = ref Cell(renew.Attempt.Task);
        if (cell.First.Number == renew.Attempt.Number) cell.First.Deadline = now + Rules.LeaseDuration;
        else cell.Second.Deadline = now + Rules.LeaseDuration;
        return true;
    }

    /// <summary>Gives every lease a new term, as a master does that takes over: the time without a master is nobody's fault.</summary>
    public void RenewAll(DateTimeOffset now)
    {
        foreach (var task in running)
        {
            ref var cell = ref Cell(task);
            if (cell.First.IsSet) cell.First.Deadline = now + Rules.LeaseDuration;
            if (cell.Second.IsSet) cell.Second.Deadline = now + Rules.LeaseDuration;
        }
    }

    private IReadOnlyList<JobEvent> DecideGrant(JobCommand.Grant grant, DateTimeOffset now)
    {
        if (Phase is not JobPhase.Running || !Exists(grant.Task)) return Nothing;
        var cell = Cell(grant.Task);
        var speculative = cell.IsRunning;
        if (cell.IsDone || cell.Second.IsSet || (speculative && !Rules.AllowsSpeculation) || (!speculative && !IsRunnable(grant.Task))) return Nothing;
        return [new JobEvent.AttemptStarted(now, new AttemptId(grant.Task, cell.Started), grant.Worker, now + Rules.LeaseDuration, grant.Slot)];
    }

    private IReadOnlyList<JobEvent> DecidePlan(JobCommand.CompletePlan plan, DateTimeOffset now)
    {
        if (!Holds(plan.Attempt, plan.Epoch) || plan.Attempt.Task.Kind != TaskKind.Plan) return Nothing;
        if (Flaw(plan) is { } flaw) return Refuse(plan.Attempt, FailureReason.Definition, flaw, now);
        List<JobEvent> events = [.. RevokeOthers(plan.Attempt, now)];
        if (!IsDefined) events.Add(new JobEvent.JobDefined(now, plan.Definition!));
        events.Add(new JobEvent.StagePlanned(now, plan.Attempt, plan.PlanHash, plan.Maps, plan.Reduces));
        // A stage without tasks is complete at once, and may complete the job.
        var isOnly = IsDefined || plan.Definition!.Stages.Count == 1;
        if (isOnly && plan.Maps == 0 && plan.Reduces == 0) events.AddRange(CommitProtocol.DecideIfPrepared(this, plan.Attempt.Task, 0, now));
        return events;
    }

    private IReadOnlyList<JobEvent> DecideComplete(JobCommand.Complete complete, DateTimeOffset now)
    {
        if (!Holds(complete.Attempt, complete.Epoch) || complete.Attempt.Task.Kind == TaskKind.Plan) return Nothing;
        if (Flaw(complete) is { } flaw) return Refuse(complete.Attempt, FailureReason.Definition, flaw, now);
        // An attempt may claim any number; the sum of two has to have room.
        var skipped = (Int128)SkippedRecords + complete.SkippedRecords;
        if (skipped > Rules.MaxSkippedRecords)
        {
            return Refuse(complete.Attempt, FailureReason.TooManyBadRecords,
                $"At least {skipped} records of the job are bad, and {Rules.MaxSkippedRecords} may be passed over. Allow more, or mend the job or its input.", now);
        }
        var contradiction = Contradiction(complete);
        if (contradiction is not null && Rules.NonDeterminism == NonDeterminism.Fail) return Refuse(complete.Attempt, FailureReason.NotDeterministic, contradiction, now);
        return
        [
            .. RevokeOthers(complete.Attempt, now),
            .. contradiction is null ? Nothing : [new JobEvent.MapOutputDiffers(now, complete.Attempt, contradiction)],
            new JobEvent.AttemptSucceeded(now, complete.Attempt, workers[Running(complete.Attempt).Worker], complete.Counters, complete.SkippedRecords, complete.Made),
            .. CommitProtocol.DecideIfPrepared(this, complete.Attempt.Task, complete.Made?.Parts.Count ?? 0, now),
        ];
    }

    private IReadOnlyList<JobEvent> DecideFail(JobCommand.Fail fail, DateTimeOffset now)
    {
        if (!Holds(fail.Attempt, fail.Epoch)) return Nothing;
        var events = new List<JobEvent>();
        AddFailure(fail.Attempt, fail.Failure, now, events);
        if (fail.LostMap is { } lost && events[^1] is not JobEvent.JobFailed && Exists(lost.Task) && lost.Task.Kind == TaskKind.Map
            && Cell(lost.Task).Winner == lost.Number && IsOutputNeeded(lost.Task.Stage))
        {
            AddLostOutput(lost, fail.Failure.Message, now, events);
        }
        if (fail.Dataset is { } dataset && events[^1] is not JobEvent.JobFailed && IsOfEarlier(dataset.Attempt.Task, fail.Attempt.Task) && Winner(dataset.Attempt.Task) == dataset.Attempt)
            AddDamagedDataset(dataset, now, events);
        AddFreed(now, events);
        return events;
    }

    private IReadOnlyList<JobEvent> DecideLost(WorkerId worker, DateTimeOffset now)
    {
        if (Phase is not JobPhase.Running || !workerNumbers.TryGetValue(worker, out var number)) return Nothing;
        var events = new List<JobEvent>();
        foreach (var task in running.OrderBy(task => task.Stage).ThenBy(task => task.Kind).ThenBy(task => task.Index))
        {
            var cell = Cell(task);
            foreach (var attempt in (RunningAttempt[])[cell.First, cell.Second])
            {
                if (!attempt.IsSet || attempt.Worker != number) continue;
                AddFailure(new AttemptId(task, attempt.Number), new Failure(FailureReason.WorkerLost, $"The worker {worker} was lost."), now, events);
                if (events[^1] is JobEvent.JobFailed) return events;
            }
        }
        for (var stage = 0; stage < stages.Length; stage++)
        {
            if (!IsOutputNeeded(stage)) continue;
            for (var index = 0; index < stages[stage].MapCount; index++)
            {
                var task = new TaskId(stage, TaskKind.Map, index);
                if (!Cell(task).IsDone || Cell(task).WinnerWorker != number) continue;
                AddLostOutput(new AttemptId(task, Cell(task).Winner), $"The worker {worker} that held it was lost.", now, events);
                if (events[^1] is JobEvent.JobFailed) return events;
            }
        }
        AddFreed(now, events);
        return events;
    }

    private IReadOnlyList<JobEvent> DecideFound(JobCommand.AnnounceOutput announced, DateTimeOffset now)
    {
        var task = announced.Attempt.Task;
        if (Phase is not JobPhase.Running || task.Kind != TaskKind.Map || !Exists(task) || !IsOutputNeeded(task.Stage)) return Nothing;
        // A task that is done or runs again has no use for the old output.
        var cell = Cell(task);
        return !cell.IsDone && !cell.IsRunning && stages[task.Stage].LostOutputs.TryGetValue(task.Index, out var lost) && lost.Attempt == announced.Attempt.Number && !lost.IsDamaged && !HasTickets(lost)
            ? [new JobEvent.MapOutputFound(now, announced.Attempt, announced.Worker)]
            : Nothing;
    }

    private IReadOnlyList<JobEvent> DecideTick(DateTimeOffset now)
    {
        if (Phase is not JobPhase.Running) return Nothing;
        List<AttemptId>? expired = null;
        foreach (var task in running)
        {
            var cell = Cell(task);
            if (cell.First.IsSet && cell.First.Deadline < now) (expired ??= []).Add(new AttemptId(task, cell.First.Number));
            if (cell.Second.IsSet && cell.Second.Deadline < now) (expired ??= []).Add(new AttemptId(task, cell.Second.Number));
        }
        if (expired is null) return Nothing;
        var events = new List<JobEvent>();
        foreach (var attempt in expired.OrderBy(attempt => attempt.Task.Stage).ThenBy(attempt => attempt.Task.Kind).ThenBy(attempt => attempt.Task.Index))
        {
            AddFailure(attempt, new Failure(FailureReason.LeaseExpired, $"The attempt {attempt} was not heard of for {Rules.LeaseDuration.TotalSeconds:0.#} s."), now, events);
            if (events[^1] is JobEvent.JobFailed) break;
        }
        return events;
    }

    private void AddFailure(AttemptId attempt, Failure failure, DateTimeOffset now, List<JobEvent> events)
    {
        var cell = Cell(attempt.Task);
        events.Add(new JobEvent.AttemptFailed(now, attempt, workers[Running(attempt).Worker], failure));
        var failures = cell.Failures + (failure.IsBlameless ? 0 : 1);
        var losses = cell.Losses + (failure.IsBlameless ? 1 : 0);
        if (!failure.IsFatal && failures < Rules.MaxFailures && losses < Rules.MaxLosses) return;
        EndJob(attempt.Task, failure, now, events);
    }

    private void AddLostOutput(AttemptId attempt, string cause, DateTimeOffset now, List<JobEvent> events)
    {
        events.Add(new JobEvent.MapOutputLost(now, attempt, cause));
        if (Cell(attempt.Task).Losses + 1 >= Rules.MaxLosses)
            EndJob(attempt.Task, new Failure(FailureReason.WorkerLost, $"The output of {attempt.Task} was lost {Rules.MaxLosses} times; the last time: {cause}"), now, events);
    }

    private void EndJob(TaskId task, Failure failure, DateTimeOffset now, List<JobEvent> events)
    {
        var ended = Ended(events);
        events.AddRange(RevokeAll(now).Where(revoked => !ended.Contains(revoked.Attempt)));
        events.Add(new JobEvent.JobFailed(now, task, failure));
    }

    /// <summary>The attempts that hold no lease any more once events are applied.</summary>
    private static HashSet<AttemptId> Ended(List<JobEvent> events)
        => [.. events.OfType<JobEvent.AttemptFailed>().Select(failed => failed.Attempt), .. events.OfType<JobEvent.AttemptRevoked>().Select(revoked => revoked.Attempt)];

    private List<JobEvent.AttemptRevoked> RevokeAll(DateTimeOffset now)
        => [.. Leases().Select(lease => new JobEvent.AttemptRevoked(now, lease.Attempt, lease.Worker))];

    private IEnumerable<JobEvent> RevokeOthers(AttemptId winner, DateTimeOffset now)
    {
        var cell = Cell(winner.Task);
        foreach (var attempt in (RunningAttempt[])[cell.First, cell.Second])
            if (attempt.IsSet && attempt.Number != winner.Number)
                yield return new JobEvent.AttemptRevoked(now, new AttemptId(winner.Task, attempt.Number), workers[attempt.Worker]);
    }

    /// <summary>Whether the attempt has a lease of the present reign: everything else comes too late.</summary>
    private bool Holds(AttemptId attempt, Epoch epoch)
        => epoch == Epoch && Phase is JobPhase.Running && Exists(attempt.Task) && Running(attempt).IsSet;

    private RunningAttempt Running(AttemptId attempt)
    {
        var cell = Cell(attempt.Task);
        if (cell.First.Number == attempt.Number) return cell.First;
        return cell.Second.Number == attempt.Number ? cell.Second : RunningAttempt.None;
    }

    /// <summary>Whether a task that does not run may start.</summary>
    internal bool IsRunnable(TaskId task)
    {
        var stage = stages[task.Stage];
        return task.Kind switch
        {
            TaskKind.Plan => stage.PlanIsPending && HasInput(task.Stage),
            TaskKind.Map => stage.PendingMaps.Contains(task.Index) && HasInput(task.Stage),
            _ => stage.MapsAreDone && stage.PendingReduces.Contains(task.Index),
        };
    }

    private bool IsOutputNeeded(int stage) => stages[stage].IsPlanned && stages[stage].ReducesDone < stages[stage].ReduceCount;
}
