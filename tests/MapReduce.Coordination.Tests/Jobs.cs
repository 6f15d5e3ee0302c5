using MapReduce.Protocol;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>Jobs brought into a state by commands, as a master would.</summary>
internal static class Jobs
{
    public static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    public static readonly Epoch First = new(1);
    public static readonly TaskId Plan = new(0, TaskKind.Plan, 0);

    public static WorkerId Worker(int number) => new($"node-{number}", 1);

    public static TaskId Map(int index) => new(0, TaskKind.Map, index);

    public static TaskId Reduce(int index) => new(0, TaskKind.Reduce, index);

    /// <summary>A job of one stage that is planned.</summary>
    public static JobState Planned(int maps, int reduces, JobRules? rules = null)
    {
        var job = new JobState(new JobId(Guid.NewGuid()), rules ?? new JobRules(), [[]]);
        job.Do(new JobCommand.ClaimEpoch(First));
        var plan = job.Grant(Plan, Worker(0));
        job.Do(new JobCommand.CompletePlan(plan, First, "hash", maps, reduces));
        return job;
    }

    public static AttemptId Grant(this JobState job, TaskId task, WorkerId worker, double atSecond = 0)
        => Assert.IsType<JobEvent.AttemptStarted>(Assert.Single(job.Do(new JobCommand.Grant(task, worker), atSecond))).Attempt;

    public static IReadOnlyList<JobEvent> Complete(this JobState job, AttemptId attempt, double atSecond = 0, params long[] counters)
        => job.Do(new JobCommand.Complete(attempt, First, counters), atSecond);

    public static IReadOnlyList<JobEvent> Fail(this JobState job, AttemptId attempt, FailureReason reason, AttemptId? lostMap = null)
        => job.Do(new JobCommand.Fail(attempt, First, new Failure(reason, $"because of {reason}"), lostMap));

    public static IReadOnlyList<JobEvent> Do(this JobState job, JobCommand command, double atSecond = 0)
    {
        var events = job.Decide(command, Start.AddSeconds(atSecond));
        foreach (var @event in events) job.Apply(@event);
        return events;
    }
}
