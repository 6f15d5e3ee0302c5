using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Simulation.Plans;
using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation.Checks;

/// <summary>Keeps its own simple books of a job, from what is in the journal for good, and says after each event what must never be broken.</summary>
internal sealed class Ledger(World world, string name, SimulatedJob job)
{
    private readonly Dictionary<AttemptId, WorkerId> started = [];
    private readonly Dictionary<AttemptId, WorkerId> running = [];
    private readonly Dictionary<AttemptId, WorkerId> ran = [];
    private readonly Dictionary<TaskId, AttemptId> winners = [];
    private readonly Dictionary<AttemptId, string?> parts = [];
    private readonly StageBook?[] stages = new StageBook?[job.Plan.Stages.Length];
    private Epoch epoch;

    /// <summary>The events.</summary>
    public List<JobEvent> Events { get; } = [];

    /// <summary>The attempts that counted when the commit was decided; null before.</summary>
    public IReadOnlyDictionary<TaskId, AttemptId>? Committed { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>How it ended.</summary>
    public JobEvent? End { get; private set; }

    /// <summary>The stage that runs; null while it has no plan.</summary>
    public StageBook? Stage => Array.Find(stages, stage => stage is { IsComplete: false }) ?? (Array.TrueForAll(stages, stage => stage is not null) ? stages[^1] : null);

    /// <summary>Whether a part was damaged so late that the output may be refused for it.</summary>
    public bool MayBeRefused { get; set; }

    /// <summary>Attempts at reduce tasks that are over.</summary>
    public int ReducesEnded { get; private set; }

    public void Add(JobEvent @event, Epoch writer)
    {
        Events.Add(@event);
        if (@event is JobEvent.EpochClaimed claimed)
        {
            if (claimed.Epoch <= epoch) Broken("epochs", $"epoch {claimed.Epoch} is claimed after {epoch}");
            epoch = claimed.Epoch;
        }
        if (writer != epoch) Broken("fenced", $"the master of epoch {writer} writes {@event.GetType().Name} in epoch {epoch}");
        if (HasEnded && @event is not JobEvent.EpochClaimed) Broken("ended", $"{@event} comes after the end");
        if (Committed is not null && @event is not (JobEvent.EpochClaimed or JobEvent.JobPublished) && !IsRefusal(@event)) Broken("committed", $"{@event} comes after the decision");
        switch (@event)
        {
            case JobEvent.AttemptStarted(_, var attempt, var worker, _, _):
                Start(attempt, worker);
                break;
            case JobEvent.StagePlanned(_, var attempt, _, var maps, var reduces):
                if (stages[attempt.Task.Stage] is not null) Broken("planned", $"stage {attempt.Task.Stage} is planned twice");
                if (!HasInput(attempt.Task.Stage)) Broken("input", $"{attempt} plans, and an earlier stage makes something again");
                stages[attempt.Task.Stage] = new StageBook(maps, reduces);
                Win(attempt);
                break;
            case JobEvent.AttemptSucceeded succeeded:
                Succeed(succeeded);
                break;
            case JobEvent.AttemptFailed(_, var attempt, var worker, _):
                Stop(attempt, worker, "fails");
                break;
            case JobEvent.AttemptRevoked(_, var attempt, var worker):
                Stop(attempt, worker, "is revoked");
                break;
            case JobEvent.MapOutputLost(_, var attempt, _):
                if (!winners.Remove(attempt.Task, out var lost) || lost != attempt) Broken("lost", $"the output of {attempt} is lost, which does not count");
                stages[attempt.Task.Stage]!.MapsDone--;
                break;
            case JobEvent.MapOutputFound(_, var attempt, _):
                if (!winners.TryAdd(attempt.Task, attempt) || !started.ContainsKey(attempt)) Broken("found", $"the output of {attempt} is found, and another counts");
                stages[attempt.Task.Stage]!.MapsDone++;
                break;
            case JobEvent.PartDamaged(_, var attempt, _, _, _):
                if (!winners.Remove(attempt.Task, out var damaged) || damaged != attempt) Broken("damaged", $"a part of {attempt} is damaged, which does not count");
                if (running.Count > 0) Broken("damaged", $"a part of {attempt} is damaged, and {running.Keys.First()} holds a lease");
                stages[attempt.Task.Stage]!.ReducesDone--;
                break;
            case JobEvent.DatasetDamaged(_, var attempt, _, _, _):
                if (!winners.Remove(attempt.Task, out var unread) || unread != attempt) Broken("damaged", $"a dataset of {attempt} is damaged, which does not count");
                if (attempt.Task.Stage == stages.Length - 1) Broken("damaged", $"a dataset of {attempt} is damaged, and nobody reads it");
                stages[attempt.Task.Stage]!.ReducesDone--;
                break;
            case JobEvent.CommitDecided:
                if (running.Count > 0 || !Array.TrueForAll(stages, stage => stage is { IsComplete: true })) Broken("prepared", "the commit is decided before every part is prepared");
                Committed = new Dictionary<TaskId, AttemptId>(winners);
                break;
            case JobEvent.JobPublished or JobEvent.JobFailed or JobEvent.JobCancelled:
                if (running.Count > 0) Broken("leases", $"the job ends and {running.Keys.First()} holds a lease");
                if (@event is JobEvent.JobPublished && Output is null) Broken("published", "the output is confirmed, and is not there");
                HasEnded = true;
                End = @event;
                break;
        }
    }

    /// <summary>What was published; null for nothing.</summary>
    public Staging? Output { get; private set; }

    /// <summary>A grant leaves the master.</summary>
    public void Granted(AttemptId attempt, long reign)
    {
        if (!started.ContainsKey(attempt)) Broken("persist-first", $"{attempt} is granted in epoch {reign}, and the journal does not know it");
    }

    /// <summary>An attempt runs.</summary>
    public void Ran(AttemptId attempt, WorkerId worker)
    {
        if (!ran.TryAdd(attempt, worker)) Broken("one-runs", $"{attempt} runs on {worker}, and ran on {ran[attempt]}");
    }

    /// <summary>What an attempt has made is removed.</summary>
    public void Freed(AttemptId attempt)
    {
        // What counts no more is made again under another name.
        if (!winners.TryGetValue(attempt.Task, out var winner) || winner != attempt) return;
        var isRead = attempt.Task.Kind == TaskKind.Map
            ? stages[attempt.Task.Stage] is not { IsComplete: true }
            : Enumerable.Range(0, stages.Length).Any(later => stages[later] is not { IsComplete: true } && job.Plan.Stages[later].Contains(attempt.Task.Stage));
        if (isRead) Broken("freed", $"what {attempt} made is removed, and is needed");
    }

    /// <summary>The output appears.</summary>
    public void Published(Staging content)
    {
        if (Committed is null)
        {
            Broken("decided-first", "the output appears, and the journal has no decision");
            return;
        }
        Output = content;
        var (expected, counters) = job.Expected();
        if (content.Ready.Count != expected.Length) Broken("output", $"{content.Ready.Count} parts are published, and {expected.Length} were made");
        for (var part = 0; part < expected.Length; part++)
        {
            var winner = Committed[new TaskId(stages.Length - 1, TaskKind.Reduce, part)];
            if (!content.Ready.TryGetValue($"part-{part:D5}", out var file)) Broken("output", $"part {part} is missing");
            if (file.From != parts[winner] || !file.From.StartsWith($"{winner}", StringComparison.Ordinal)) Broken("granted", $"part {part} comes from {file.From}, and {winner} counts");
            if (!file.Content.AsSpan().SequenceEqual(expected[part])) Broken("output", $"part {part} differs from that of a sequential run");
        }
        if (content.Manifest is null || !content.Manifest.AsSpan().SequenceEqual(counters)) Broken("counters", $"the counters are {string.Join(", ", content.Manifest ?? [])}, and a sequential run counts {string.Join(", ", counters)}");
    }

    /// <summary>Whether the job fails because its output cannot be published, and may.</summary>
    public bool IsRefusal(JobEvent? @event) => MayBeRefused && @event is JobEvent.JobFailed { Failure.Reason: FailureReason.Publish };

    private bool HasInput(int stage) => Array.TrueForAll(job.Plan.Stages[stage], earlier => stages[earlier] is { IsComplete: true });

    private void Start(AttemptId attempt, WorkerId worker)
    {
        var task = attempt.Task;
        if (!started.TryAdd(attempt, worker)) Broken("numbers", $"the number of {attempt} is given twice");
        if (winners.ContainsKey(task)) Broken("done", $"{attempt} starts, and its task is done");
        if (running.Keys.Count(other => other.Task == task) > 1) Broken("rivals", $"{attempt} is a third attempt at a time");
        if (task.Kind != TaskKind.Reduce && !running.Keys.Any(other => other.Task == task) && !HasInput(task.Stage)) Broken("input", $"{attempt} starts, and an earlier stage makes something again");
        running.Add(attempt, worker);
    }

    private void Succeed(JobEvent.AttemptSucceeded succeeded)
    {
        var (task, stage) = (succeeded.Attempt.Task, stages[succeeded.Attempt.Task.Stage]!);
        if (running.GetValueOrDefault(succeeded.Attempt) != succeeded.Worker) Broken("leases", $"{succeeded.Attempt} counts for {succeeded.Worker}, who has no lease");
        if (task.Kind == TaskKind.Map) stage.MapsDone++;
        else stage.ReducesDone++;
        if (task.Kind == TaskKind.Reduce)
            parts[succeeded.Attempt] = succeeded.Made?.Parts.FirstOrDefault()?.PrivatePath ?? succeeded.Made?.Datasets.FirstOrDefault()?.Path;
        Win(succeeded.Attempt);
    }

    private void Win(AttemptId attempt)
    {
        if (!running.Remove(attempt)) Broken("leases", $"{attempt} counts without a lease");
        if (running.Keys.Any(other => other.Task == attempt.Task)) Broken("rivals", $"{attempt} counts, and a rival runs on");
        if (!winners.TryAdd(attempt.Task, attempt)) Broken("one-counts", $"{attempt} counts, and {winners[attempt.Task]} does");
        if (attempt.Task.Kind == TaskKind.Reduce) ReducesEnded++;
    }

    private void Stop(AttemptId attempt, WorkerId worker, string how)
    {
        if (!running.Remove(attempt, out var of) || of != worker) Broken("leases", $"{attempt} {how} and holds no lease");
        if (attempt.Task.Kind == TaskKind.Reduce) ReducesEnded++;
    }

    private void Broken(string rule, string message) => world.Violate(rule, $"{name}: {message}");
}

/// <summary>The books of a stage.</summary>
internal sealed class StageBook(int maps, int reduces)
{
    public int Maps => maps;

    public int Reduces => reduces;

    public int MapsDone { get; set; }

    public int ReducesDone { get; set; }

    public bool MapsAreDone => MapsDone == maps;

    public bool IsComplete => MapsDone == maps && ReducesDone == reduces;
}
