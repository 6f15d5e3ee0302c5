using MapReduce.Protocol;
using MapReduce.Protocol.Journal;

namespace MapReduce.Coordination;

/// <summary>Every attempt of a job, in the order in which they began: when, where, and how it ended. Changed only by the events of the job.</summary>
public sealed class AttemptHistory
{
    private const int FailuresKept = 200;

    private readonly Dictionary<AttemptId, int> running = [];
    private readonly List<JobEvent.AttemptFailed> failures = [];
    private Entry[] entries = [];
    private Dictionary<AttemptId, int>? places;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The failures, but not more than some hundreds.</summary>
    public IReadOnlyList<JobEvent.AttemptFailed> Failures => failures;

    /// <summary>An attempt.</summary>
    public AttemptRecord this[int index]
    {
        get
        {
            ref var entry = ref entries[index];
            return new AttemptRecord(entry.Attempt, entry.Worker, entry.Slot < 0 ? null : entry.Slot, new DateTimeOffset(entry.Started, TimeSpan.Zero),
                entry.Outcome == AttemptOutcome.Running ? null : TimeSpan.FromTicks(entry.Took), entry.Outcome, entry.Reason);
        }
    }

    internal void Apply(JobEvent @event, Func<WorkerId, int> numberOf)
    {
        switch (@event)
        {
            case JobEvent.AttemptStarted started:
                Begin(started, numberOf(started.Worker));
                break;
            case JobEvent.StagePlanned planned:
                End(planned.Attempt, AttemptOutcome.Succeeded, planned.At);
                break;
            case JobEvent.AttemptSucceeded succeeded:
                End(succeeded.Attempt, AttemptOutcome.Succeeded, succeeded.At);
                break;
            case JobEvent.AttemptFailed failed:
                End(failed.Attempt, failed.Failure.IsBlameless ? AttemptOutcome.Lost : AttemptOutcome.Failed, failed.At, failed.Failure.Reason);
                if (failures.Count < FailuresKept) failures.Add(failed);
                break;
            case JobEvent.AttemptRevoked revoked:
                End(revoked.Attempt, AttemptOutcome.Revoked, revoked.At);
                break;
            case JobEvent.MapOutputLost lost:
                Change(lost.Attempt, AttemptOutcome.OutputLost);
                break;
            case JobEvent.PartDamaged damaged:
                Change(damaged.Attempt, AttemptOutcome.OutputLost);
                break;
            case JobEvent.DatasetDamaged damaged:
                Change(damaged.Attempt, AttemptOutcome.OutputLost);
                break;
            case JobEvent.MapOutputFound found:
                Change(found.Attempt, AttemptOutcome.Succeeded);
                break;
        }
    }

    internal AttemptSnapshots Write()
    {
        var snapshot = new AttemptSnapshots();
        var last = 0L;
        foreach (ref var entry in entries.AsSpan(0, Count))
        {
            snapshot.Stage.Add(entry.Attempt.Task.Stage);
            snapshot.Kind.Add((int)entry.Attempt.Task.Kind);
            snapshot.Index.Add(entry.Attempt.Task.Index);
            snapshot.Number.Add(entry.Attempt.Number);
            snapshot.Worker.Add(entry.Worker);
            snapshot.Slot.Add(entry.Slot);
            snapshot.Started.Add(entry.Started - last);
            snapshot.Took.Add(entry.Took);
            snapshot.Outcome.Add((int)entry.Outcome);
            snapshot.Reason.Add((int)entry.Reason);
            last = entry.Started;
        }
        snapshot.Failures.Add(failures.Select(JobEventCodec.ToRecord));
        return snapshot;
    }

    internal void Restore(AttemptSnapshots snapshot)
    {
        var last = 0L;
        for (var i = 0; i < snapshot.Stage.Count; i++)
        {
            last += snapshot.Started[i];
            Add(new Entry
            {
                Attempt = new AttemptId(new TaskId(snapshot.Stage[i], (TaskKind)snapshot.Kind[i], snapshot.Index[i]), snapshot.Number[i]),
                Worker = snapshot.Worker[i],
                Slot = snapshot.Slot[i],
                Started = last,
                Took = snapshot.Took[i],
                Outcome = (AttemptOutcome)snapshot.Outcome[i],
                Reason = (FailureReason)snapshot.Reason[i],
            });
        }
        failures.AddRange(snapshot.Failures.Select(record => (JobEvent.AttemptFailed)JobEventCodec.FromRecord(record)));
    }

    private void Begin(JobEvent.AttemptStarted started, int worker)
        => Add(new Entry { Attempt = started.Attempt, Worker = worker, Slot = started.Slot ?? -1, Started = started.At.UtcTicks });

    private void Add(Entry entry)
    {
        if (Count == entries.Length) Array.Resize(ref entries, Math.Max(16, 2 * Count));
        if (entry.Outcome == AttemptOutcome.Running) running[entry.Attempt] = Count;
        if (places is not null) places[entry.Attempt] = Count;
        entries[Count++] = entry;
    }

    private void End(AttemptId attempt, AttemptOutcome outcome, DateTimeOffset at, FailureReason reason = default)
    {
        if (!running.Remove(attempt, out var index)) return;
        ref var entry = ref entries[index];
        (entry.Outcome, entry.Reason, entry.Took) = (outcome, reason, Math.Max(0, at.UtcTicks - entry.Started));
    }

    /// <summary>Outputs are lost seldom, so where the attempts are is only then written down.</summary>
    private void Change(AttemptId attempt, AttemptOutcome outcome)
    {
        if (places is null)
        {
            places = new Dictionary<AttemptId, int>(Count);
            for (var i = 0; i < Count; i++) places[entries[i].Attempt] = i;
        }
        if (places.TryGetValue(attempt, out var index)) entries[index].Outcome = outcome;
    }

    /// <summary>Small, because a job may have a million.</summary>
    private struct Entry
    {
        public AttemptId Attempt;
        public int Worker;
        public int Slot;
        public long Started;
        public long Took;
        public AttemptOutcome Outcome;
        public FailureReason Reason;
    }
}

/// <summary>An attempt of the past or the present.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="Worker">The index in <see cref="JobState.Workers"/>.</param>
/// <param name="Slot">The number of the slot in the cluster; null where that is not known.</param>
/// <param name="Started">When it was granted.</param>
/// <param name="Took">How long it took; null while it runs.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why it failed, where it did.</param>
public readonly record struct AttemptRecord(AttemptId Attempt, int Worker, int? Slot, DateTimeOffset Started, TimeSpan? Took, AttemptOutcome Outcome, FailureReason Reason);

/// <summary>How an attempt ended. The numbers are in journals: they never change.</summary>
public enum AttemptOutcome
{
    /// <summary>Not yet.</summary>
    Running = 0,

    /// <summary>Well, and it counts.</summary>
    Succeeded = 1,

    /// <summary>By a fault of its own.</summary>
    Failed = 2,

    /// <summary>By a fault of its surroundings.</summary>
    Lost = 3,

    /// <summary>It was not needed any more: another attempt was first, or the job was over.</summary>
    Revoked = 4,

    /// <summary>Well, but its output was lost or damaged afterwards.</summary>
    OutputLost = 5,
}
