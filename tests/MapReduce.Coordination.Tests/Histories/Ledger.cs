using MapReduce.Protocol;
using Xunit;

namespace MapReduce.Coordination.Tests.Histories;

/// <summary>Keeps its own simple books of the events of a job and asserts after each what must never be broken.</summary>
internal sealed class Ledger(Shape shape)
{
    private readonly HashSet<AttemptId> started = [];
    private readonly Dictionary<AttemptId, WorkerId> running = [];
    private readonly Dictionary<TaskId, (AttemptId Attempt, IReadOnlyList<long> Counters)> winners = [];
    private readonly Dictionary<AttemptId, IReadOnlyList<long>> away = [];
    private readonly Dictionary<int, (int Maps, int Reduces)> plans = [];
    private Epoch epoch;
    private bool ended;

    /// <summary>The attempts that counted when the commit was decided; null before.</summary>
    public IReadOnlyDictionary<TaskId, AttemptId>? Committed { get; private set; }

    public long[] Counters => [winners.Values.Sum(winner => winner.Counters.Count > 0 ? winner.Counters[0] : 0)];

    public void Add(JobEvent @event)
    {
        Assert.True(!ended || @event is JobEvent.EpochClaimed, $"{@event} came after the end");
        Assert.True(Committed is null || @event is JobEvent.EpochClaimed or JobEvent.JobPublished or JobEvent.JobFailed { Failure.Reason: FailureReason.Publish }, $"{@event} came after the commit");
        switch (@event)
        {
            case JobEvent.EpochClaimed claimed:
                Assert.True(claimed.Epoch > epoch);
                epoch = claimed.Epoch;
                break;
            case JobEvent.AttemptStarted(_, var attempt, var worker, _, _):
                Start(attempt, worker);
                break;
            case JobEvent.StagePlanned(_, var attempt, _, var maps, var reduces):
                Assert.True(plans.TryAdd(attempt.Task.Stage, (maps, reduces)), $"stage {attempt.Task.Stage} was planned twice");
                Win(attempt, []);
                break;
            case JobEvent.AttemptSucceeded(_, var attempt, _, var counters, _, _):
                Win(attempt, counters);
                break;
            case JobEvent.AttemptFailed(_, var attempt, var worker, _):
                Assert.True(running.Remove(attempt, out var of) && of == worker, $"{attempt} failed without running");
                break;
            case JobEvent.AttemptRevoked(_, var attempt, var worker):
                Assert.True(running.Remove(attempt, out var by) && by == worker, $"{attempt} was revoked without running");
                break;
            case JobEvent.MapOutputLost(_, var attempt, _):
                Assert.Equal(TaskKind.Map, attempt.Task.Kind);
                Assert.False(IsComplete(attempt.Task.Stage), $"{attempt} was lost when nobody needed it any more");
                Assert.True(winners.Remove(attempt.Task, out var lost) && lost.Attempt == attempt, $"{attempt} was lost without counting");
                away[attempt] = lost.Counters;
                break;
            case JobEvent.MapOutputFound(_, var attempt, _):
                Assert.True(away.Remove(attempt, out var counted), $"{attempt} was found without being lost");
                Assert.DoesNotContain(running.Keys, other => other.Task == attempt.Task);
                Assert.True(winners.TryAdd(attempt.Task, (attempt, counted)), $"{attempt} was found though another attempt counts");
                break;
            case JobEvent.MapOutputDiffers(_, var attempt, _):
                Assert.True(shape.Differs && running.ContainsKey(attempt));
                break;
            case JobEvent.JobDefined:
                Assert.True(shape.Defines && plans.Count == 0);
                break;
            case JobEvent.PartDamaged(_, var attempt, _, _, _):
                Assert.True(shape.Prepares);
                Assert.True(winners.Remove(attempt.Task, out var damaged) && damaged.Attempt == attempt, $"a part of {attempt} was damaged, which did not count");
                break;
            case JobEvent.DatasetDamaged(_, var attempt, _, _, _):
                Assert.Contains(shape.DependsOn, reads => reads.Contains(attempt.Task.Stage));
                Assert.True(winners.Remove(attempt.Task, out var unread) && unread.Attempt == attempt, $"a dataset of {attempt} was damaged, which did not count");
                break;
            case JobEvent.CommitDecided:
                AssertPrepared();
                Committed = winners.ToDictionary(winner => winner.Key, winner => winner.Value.Attempt);
                break;
            case JobEvent.JobPublished:
                Assert.NotNull(Committed);
                ended = true;
                break;
            case JobEvent.JobFailed or JobEvent.JobCancelled:
                Assert.Empty(running);
                ended = true;
                break;
            default:
                Assert.Fail($"{@event} is new to the ledger");
                break;
        }
    }

    private void Start(AttemptId attempt, WorkerId worker)
    {
        var (task, _) = attempt;
        Assert.True(started.Add(attempt), $"the number of {attempt} was given twice");
        Assert.False(winners.ContainsKey(task), $"{attempt} started though the task is done");
        var rivals = running.Keys.Where(other => other.Task == task).ToList();
        Assert.True(rivals.Count <= (shape.Speculates ? 1 : 0), $"{attempt} started beside {string.Join(", ", rivals)}");
        switch (task.Kind)
        {
            case TaskKind.Plan:
                foreach (var earlier in shape.DependsOn[task.Stage]) Assert.True(IsComplete(earlier), $"{attempt} started before stage {earlier} was complete");
                break;
            case TaskKind.Map:
                Assert.InRange(task.Index, 0, plans[task.Stage].Maps - 1);
                foreach (var earlier in shape.DependsOn[task.Stage]) Assert.True(rivals.Count > 0 || IsComplete(earlier), $"{attempt} started before stage {earlier} was complete again");
                break;
            default:
                Assert.InRange(task.Index, 0, plans[task.Stage].Reduces - 1);
                Assert.True(rivals.Count > 0 || Done(task.Stage, TaskKind.Map) == plans[task.Stage].Maps, $"{attempt} started before the maps of its stage were done");
                break;
        }
        running.Add(attempt, worker);
    }

    private void Win(AttemptId attempt, IReadOnlyList<long> counters)
    {
        Assert.True(running.Remove(attempt), $"{attempt} succeeded without running");
        Assert.DoesNotContain(running.Keys, other => other.Task == attempt.Task);
        Assert.True(winners.TryAdd(attempt.Task, (attempt, counters)), $"{attempt} succeeded though another attempt counts");
    }

    private void AssertPrepared()
    {
        Assert.Null(Committed);
        Assert.Empty(running);
        for (var stage = 0; stage < shape.Stages.Count; stage++) Assert.True(IsComplete(stage), $"the commit was decided before stage {stage} was complete");
    }

    private bool IsComplete(int stage)
        => plans.TryGetValue(stage, out var plan) && Done(stage, TaskKind.Map) == plan.Maps && Done(stage, TaskKind.Reduce) == plan.Reduces;

    private int Done(int stage, TaskKind kind) => winners.Keys.Count(task => task.Stage == stage && task.Kind == kind);
}
