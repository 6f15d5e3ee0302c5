using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

/// <summary>Everything that is known of one job, and every decision about it.</summary>
/// <remarks>
/// How to drive it: give each message to <see cref="Decide"/>, persist the events that it returns, give each to <see cref="Apply"/>, and
/// only then do what they say: <see cref="JobEvent.AttemptStarted"/> sends a lease, <see cref="JobEvent.AttemptRevoked"/> stops an attempt,
/// <see cref="JobEvent.CommitDecided"/> publishes, <see cref="JobEvent.JobFailed"/> and <see cref="JobEvent.JobCancelled"/> discard what is
/// staged. When every task is done, <see cref="CommitProtocol.Outstanding"/> asks for a look at the parts, whose result is a command again. After a restart, apply the persisted events, claim a higher epoch, and do what <see cref="CommitProtocol.Outstanding"/> names.
/// <see cref="Decide"/> changes nothing; <see cref="Apply"/> changes the state in place, because a job may have a million tasks.
/// </remarks>
public sealed partial class JobState
{
    private StageState[] stages;
    private readonly List<WorkerId> workers = [];
    private readonly Dictionary<WorkerId, int> workerNumbers = [];
    private readonly HashSet<TaskId> running = [];
    private long[] counters = [];

    /// <param name="id">The job.</param>
    /// <param name="rules">What the job allows.</param>
    /// <param name="dependsOn">For each stage the earlier stages whose results it reads.</param>
    public JobState(JobId id, JobRules rules, IReadOnlyList<IReadOnlyList<int>> dependsOn)
    {
        Id = id;
        Rules = rules;
        stages = [.. dependsOn.Select(stage => new StageState(stage))];
    }

    /// <summary>A job of which nothing is known yet but that it has a first stage; planning that stage tells the rest.</summary>
    /// <param name="id">The job.</param>
    /// <param name="rules">What the job allows.</param>
    public JobState(JobId id, JobRules rules) : this(id, rules, [[]]) => IsDefined = false;

    /// <summary>The job.</summary>
    public JobId Id { get; }

    /// <summary>What the job allows.</summary>
    public JobRules Rules { get; private set; }

    /// <summary>Whether the stages are known.</summary>
    public bool IsDefined { get; private set; } = true;

    /// <summary>What the job has said of itself; null where it was known before.</summary>
    public Opened? Definition { get; private set; }

    /// <summary>When the first event was decided.</summary>
    public DateTimeOffset? BeganAt { get; private set; }

    /// <summary>When the job ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Where the job stands.</summary>
    public JobPhase Phase { get; private set; } = new JobPhase.Running();

    /// <summary>The reign whose commands are obeyed.</summary>
    public Epoch Epoch { get; private set; }

    /// <summary>The number of events applied.</summary>
    public long Revision { get; private set; }

    /// <summary>The number of stages.</summary>
    public int StageCount => stages.Length;

    /// <summary>The sums of what the attempts that count have counted.</summary>
    public IReadOnlyList<long> Counters => counters;

    /// <summary>The bad records that the attempts that count have passed over.</summary>
    public long SkippedRecords { get; private set; }

    /// <summary>The number of attempts that hold a lease.</summary>
    public int RunningAttempts { get; private set; }

    /// <summary>The number of attempts that failed or were lost.</summary>
    public int FailedAttempts { get; private set; }

    /// <summary>How many of them were lost by no fault of their own.</summary>
    public int LostAttempts { get; private set; }

    /// <summary>What the attempts that count have read and written, all together.</summary>
    public JobTotals Totals { get; } = new();

    /// <summary>All attempts that there have been.</summary>
    public AttemptHistory Attempts { get; } = new();

    /// <summary>The attempt that counts for a task; null while there is none.</summary>
    public AttemptId? Winner(TaskId task)
        => Exists(task) && Cell(task).IsDone ? new AttemptId(task, Cell(task).Winner) : null;

    /// <summary>The worker that holds the output of the attempt that counts; null while there is none.</summary>
    public WorkerId? WinnerWorker(TaskId task)
        => Exists(task) && Cell(task).IsDone ? workers[Cell(task).WinnerWorker] : null;

    /// <summary>The files of the attempt that counts for a task; null while there is none, or where they are kept elsewhere.</summary>
    public Products? Made(TaskId task) => Exists(task) && stages[task.Stage].MadeBy(task) is { } bytes ? Products.Parser.ParseFrom(bytes) : null;

    /// <summary>How a task stands.</summary>
    public TaskProgress Progress(TaskId task)
    {
        var cell = Cell(task);
        var worker = cell.IsDone ? cell.WinnerWorker : cell.First.IsSet ? cell.First.Worker : -1;
        return new TaskProgress(cell.IsDone, cell.IsRunning, cell.Started, cell.Failures, cell.Losses, worker < 0 || worker >= workers.Count ? null : workers[worker]);
    }

    /// <summary>The digest of a stage's plan; null while there is none.</summary>
    public string? PlanHash(int stage) => stages[stage].PlanHash;

    /// <summary>The number of tasks that may start at once.</summary>
    public int RunnableTasks
    {
        get
        {
            if (Phase is not JobPhase.Running) return 0;
            var runnable = 0;
            for (var stage = 0; stage < stages.Length; stage++)
            {
                var state = stages[stage];
                if (!state.IsPlanned) runnable += IsRunnable(new TaskId(stage, TaskKind.Plan, 0)) ? 1 : 0;
                else runnable += (HasInput(stage) ? state.PendingMaps.Count : 0) + (state.MapsAreDone ? state.PendingReduces.Count : 0);
            }
            return runnable;
        }
    }

    /// <summary>Whether a worker holds map outputs that reducers may still ask for.</summary>
    public bool NeedsOutputsOf(WorkerId worker)
    {
        if (Phase is not JobPhase.Running || !workerNumbers.TryGetValue(worker, out var number)) return false;
        for (var stage = 0; stage < stages.Length; stage++)
        {
            if (!IsOutputNeeded(stage)) continue;
            for (var index = 0; index < stages[stage].MapCount; index++)
                if (Cell(new TaskId(stage, TaskKind.Map, index)).WinnerWorker == number) return true;
        }
        return false;
    }

    /// <summary>The workers that run attempts of the job or hold outputs of it, or did.</summary>
    public IReadOnlyList<WorkerId> Workers => workers;

    /// <summary>Whether an attempt has a lease.</summary>
    public bool Holds(AttemptId attempt) => Holds(attempt, Epoch);

    /// <summary>How far a stage is.</summary>
    public StageProgress Progress(int stage)
    {
        var state = stages[stage];
        return new StageProgress(state.IsPlanned, state.MapCount, state.MapsDone, state.ReduceCount, state.ReducesDone, state.IsComplete);
    }

    /// <summary>The leases in force.</summary>
    public IEnumerable<Lease> Leases()
    {
        foreach (var task in running)
        {
            var cell = Cell(task);
            if (cell.First.IsSet) yield return LeaseOf(task, cell.First);
            if (cell.Second.IsSet) yield return LeaseOf(task, cell.Second);
        }
    }

    /// <summary>Applies an event.</summary>
    /// <exception cref="InvalidOperationException">The event is of an unknown kind, or does not fit the state.</exception>
    public void Apply(JobEvent @event)
    {
        BeganAt ??= @event.At;
        Attempts.Apply(@event, NumberOf);
        switch (@event)
        {
            case JobEvent.JobDefined defined:
                Define(defined.Definition);
                break;
            case JobEvent.EpochClaimed claimed:
                Epoch = claimed.Epoch;
                break;
            case JobEvent.AttemptStarted started:
                ApplyStarted(started);
                break;
            case JobEvent.StagePlanned planned:
                Stop(planned.Attempt);
                stages[planned.Attempt.Task.Stage].Open(planned.PlanHash, planned.Maps, planned.Reduces);
                Cell(planned.Attempt.Task).Winner = planned.Attempt.Number;
                Cell(planned.Attempt.Task).WinnerWorker = 0;
                NoteIfComplete(planned.Attempt.Task.Stage);
                break;
            case JobEvent.AttemptSucceeded succeeded:
                ApplySucceeded(succeeded);
                break;
            case JobEvent.AttemptFailed failed:
                ApplyFailed(failed);
                break;
            case JobEvent.AttemptRevoked revoked:
                Stop(revoked.Attempt);
                ReturnIfIdle(revoked.Attempt.Task);
                break;
            case JobEvent.MapOutputLost lost:
                TakeBack(lost.Attempt.Task, isDamaged: false);
                stages[lost.Attempt.Task.Stage].OutputsAreFreed = false;
                break;
            case JobEvent.PartDamaged damaged:
                TakeBack(damaged.Attempt.Task, isDamaged: true);
                break;
            case JobEvent.DatasetDamaged damaged:
                TakeBack(damaged.Attempt.Task, isDamaged: true);
                stages[damaged.Attempt.Task.Stage].DatasetIsFreed = false;
                break;
            case JobEvent.MapOutputFound found:
                ApplyFound(found);
                break;
            case JobEvent.MapOutputDiffers:
                break;
            case JobEvent.CommitDecided decided:
                Phase = new JobPhase.Committing(decided.Epoch);
                break;
            case JobEvent.JobPublished:
                Phase = new JobPhase.Succeeded();
                break;
            case JobEvent.JobFailed failed:
                Phase = new JobPhase.Failed(failed.Task, failed.Failure);
                break;
            case JobEvent.JobCancelled:
                Phase = new JobPhase.Cancelled();
                break;
            default:
                throw new InvalidOperationException($"An event of the unknown kind {@event.GetType().Name} cannot be applied. A newer version of the program may have written it.");
        }
        if (Phase.IsEnd) EndedAt ??= @event.At;
        // No task runs again, so no counts are taken back.
        if (Phase is not JobPhase.Running) foreach (var stage in stages) stage.ForgetCounts();
        Revision++;
    }

    internal IReadOnlyList<StageState> Stages => stages;

    internal IEnumerable<TaskId> RunningTasks => running;

    internal ref TaskCell Cell(TaskId task) => ref stages[task.Stage].Cell(task);

    internal WorkerId Worker(int number) => workers[number];

    private bool Exists(TaskId task) => task.Stage >= 0 && task.Stage < stages.Length && stages[task.Stage].Has(task);

    private Lease LeaseOf(TaskId task, RunningAttempt attempt)
        => new(Id, new AttemptId(task, attempt.Number), Epoch, workers[attempt.Worker], attempt.Deadline);

    private void ApplyStarted(JobEvent.AttemptStarted started)
    {
        var task = started.Attempt.Task;
        ref var cell = ref Cell(task);
        var worker = NumberOf(started.Worker);
        var attempt = new RunningAttempt { Number = started.Attempt.Number, Worker = worker, StartedAt = started.At, Deadline = started.Deadline };
        if (!cell.IsRunning)
        {
            if (task.Kind == TaskKind.Plan) stages[task.Stage].PlanIsPending = false;
            else stages[task.Stage].Pending(task.Kind).Remove(task.Index);
        }
        if (!cell.First.IsSet) cell.First = attempt;
        else cell.Second = attempt;
        cell.Started = started.Attempt.Number + 1;
        running.Add(task);
        RunningAttempts++;
    }

    private void ApplySucceeded(JobEvent.AttemptSucceeded succeeded)
    {
        var task = succeeded.Attempt.Task;
        var stage = stages[task.Stage];
        var attempt = Stop(succeeded.Attempt);
        ref var cell = ref Cell(task);
        cell.Winner = succeeded.Attempt.Number;
        cell.WinnerWorker = workerNumbers[succeeded.Worker];
        var counts = new Counts(succeeded.Counters, succeeded.SkippedRecords);
        Count(counts, 1);
        if (!counts.IsNothing) stage.CountsOf(task.Kind)[task.Index] = counts;
        if (succeeded.Made is not null)
        {
            stage.Keep(task, succeeded.Made);
            Totals.Add(succeeded.Made.Totals);
            CountPrepared(stage, succeeded.Made, 1);
        }
        if (task.Kind == TaskKind.Map)
        {
            stage.LostOutputs.Remove(task.Index, out _);
            stage.MapsDone++;
        }
        else
        {
            stage.ReducesDone++;
        }
        stage.DurationsOf(task.Kind).Add(succeeded.At - attempt.StartedAt);
        NoteIfComplete(task.Stage);
    }

    private void ApplyFailed(JobEvent.AttemptFailed failed)
    {
        var task = failed.Attempt.Task;
        Stop(failed.Attempt);
        FailedAttempts++;
        ref var cell = ref Cell(task);
        if (failed.Failure.IsBlameless) LostAttempts++;
        if (failed.Failure.IsBlameless) cell.Losses++;
        else cell.Failures++;
        ReturnIfIdle(task);
    }

    /// <summary>A task that neither runs nor is done waits, though it be of a job that has ended: so a snapshot need not say which tasks wait.</summary>
    private void ReturnIfIdle(TaskId task)
    {
        if (Cell(task) is { IsRunning: false, IsDone: false }) Return(task);
    }

    private void ApplyFound(JobEvent.MapOutputFound found)
    {
        var task = found.Attempt.Task;
        var stage = stages[task.Stage];
        ref var cell = ref Cell(task);
        if (!stage.LostOutputs.Remove(task.Index, out var lost)) throw new InvalidOperationException($"The output of {found.Attempt} was not lost, so it cannot be found.");
        cell.Winner = lost.Attempt;
        cell.WinnerWorker = NumberOf(found.Worker);
        cell.Losses--;
        stage.MapsDone++;
        if (lost.Counts is { } counts)
        {
            Count(counts, 1);
            stage.MapCounts[task.Index] = counts;
        }
        if (lost.Made is { } made)
        {
            var products = Products.Parser.ParseFrom(made);
            stage.Keep(task, made);
            Totals.Add(products.Totals);
            CountPrepared(stage, products, 1);
        }
        stage.PendingMaps.Remove(task.Index);
        NoteIfComplete(task.Stage);
    }

    private void Define(Opened definition)
    {
        Definition = definition;
        IsDefined = true;
        // The first stage has its lease already.
        stages = [stages[0], .. definition.Stages.Skip(1).Select(stage => new StageState(stage.DependsOn))];
        if (definition.HasSideEffects) Rules = Rules with { AllowsSpeculation = false };
    }

    private int NumberOf(WorkerId worker)
    {
        if (workerNumbers.TryGetValue(worker, out var number)) return number;
        workerNumbers[worker] = number = workers.Count;
        workers.Add(worker);
        return number;
    }

    private void Return(TaskId task)
    {
        if (task.Kind == TaskKind.Plan) stages[task.Stage].PlanIsPending = true;
        else stages[task.Stage].Pending(task.Kind).Return(task.Index);
    }

    private RunningAttempt Stop(AttemptId attempt)
    {
        ref var cell = ref Cell(attempt.Task);
        var stopped = cell.First.Number == attempt.Number ? cell.First : cell.Second;
        if (stopped.Number != attempt.Number) throw new InvalidOperationException($"The attempt {attempt} does not run, so it cannot end.");
        if (cell.First.Number == attempt.Number) (cell.First, cell.Second) = (cell.Second, RunningAttempt.None);
        else cell.Second = RunningAttempt.None;
        if (!cell.IsRunning) running.Remove(attempt.Task);
        RunningAttempts--;
        return stopped;
    }

    private void Count(Counts counts, int sign)
    {
        if (counters.Length < counts.Counters.Count) Array.Resize(ref counters, counts.Counters.Count);
        for (var i = 0; i < counts.Counters.Count; i++) counters[i] += sign * counts.Counters[i];
        SkippedRecords += sign * counts.SkippedRecords;
    }
}

/// <summary>How a task stands.</summary>
/// <param name="IsDone">Whether an attempt counts.</param>
/// <param name="IsRunning">Whether an attempt runs.</param>
/// <param name="Attempts">Attempts started so far.</param>
/// <param name="Failures">Attempts that failed by their own fault.</param>
/// <param name="Losses">Attempts, and outputs, that were lost.</param>
/// <param name="Worker">Who ran the attempt that counts, or runs it now; null where nobody does.</param>
public readonly record struct TaskProgress(bool IsDone, bool IsRunning, int Attempts, int Failures, int Losses, WorkerId? Worker);

/// <summary>How far a stage is.</summary>
/// <param name="IsPlanned">Whether the numbers of tasks are known.</param>
/// <param name="Maps">The number of map tasks.</param>
/// <param name="MapsDone">How many of them are done.</param>
/// <param name="Reduces">The number of reduce tasks.</param>
/// <param name="ReducesDone">How many of them are done.</param>
/// <param name="IsComplete">Whether all is done.</param>
public sealed record StageProgress(bool IsPlanned, int Maps, int MapsDone, int Reduces, int ReducesDone, bool IsComplete);
