using MapReduce.Protocol;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

public sealed class TaskSchedulerTests
{
    private readonly TaskScheduler scheduler = new(new SchedulingPolicy { SpeculationFactor = 2, SpeculationMinimum = TimeSpan.FromSeconds(5), SpeculationSample = 2 });

    [Fact]
    public void Tasks_start_in_order_and_one_that_failed_before_the_new_ones()
    {
        var job = Planned(maps: 4, reduces: 0);
        Assert.Equal(Map(0), Choose(job));
        var first = job.Grant(Map(0), Worker(1));
        job.Grant(Map(1), Worker(1));
        Assert.Equal(Map(2), Choose(job));
        job.Fail(first, FailureReason.UserCode);
        Assert.Equal(Map(0), Choose(job));
    }

    [Fact]
    public void Reduces_wait_for_all_maps_and_stages_for_those_they_read()
    {
        var job = new JobState(new JobId(Guid.NewGuid()), new JobRules(), [[], [0], []]);
        job.Do(new JobCommand.ClaimEpoch(First));
        var plan = job.Grant(Plan, Worker(1));
        Assert.Equal(new TaskId(2, TaskKind.Plan, 0), Choose(job));
        job.Grant(new TaskId(2, TaskKind.Plan, 0), Worker(1));
        Assert.Null(Choose(job));
        job.Do(new JobCommand.CompletePlan(plan, First, "hash", 1, 1));
        var map = job.Grant(Map(0), Worker(1));
        Assert.Null(Choose(job));
        job.Complete(map);
        Assert.Equal(Reduce(0), Choose(job));
        job.Complete(job.Grant(Reduce(0), Worker(1)));
        Assert.Equal(new TaskId(1, TaskKind.Plan, 0), Choose(job));
    }

    [Fact]
    public void Jobs_share_the_slots_by_their_priorities()
    {
        var usual = Planned(maps: 100, reduces: 0);
        var urgent = Planned(maps: 100, reduces: 0, new JobRules { Priority = 3 });
        for (var i = 0; i < 40; i++)
        {
            var choice = scheduler.Choose([usual, urgent], Worker(i), Start)!;
            choice.Job.Grant(choice.Task, Worker(i));
        }
        Assert.Equal((10, 30), (usual.RunningAttempts, urgent.RunningAttempts));
    }

    [Fact]
    public void A_job_that_has_ended_gets_nothing()
    {
        var job = Planned(maps: 1, reduces: 0);
        job.Do(new JobCommand.Cancel());
        Assert.Null(Choose(job));
    }

    [Theory]
    [InlineData(21, 3, true, true)]
    [InlineData(19, 3, true, false)] // not twice the median of 10 s
    [InlineData(21, 2, true, false)] // on the same node
    [InlineData(21, 3, false, false)] // not wished for
    public void A_task_that_runs_long_gets_a_rival_on_another_node(double second, int node, bool allowed, bool expected)
    {
        var job = Planned(maps: 3, reduces: 0, new JobRules { AllowsSpeculation = allowed });
        var quick = new[] { job.Grant(Map(0), Worker(1)), job.Grant(Map(1), Worker(1)) };
        job.Grant(Map(2), Worker(2));
        foreach (var attempt in quick) job.Complete(attempt, atSecond: 10);

        var choice = scheduler.Choose([job], Worker(node), Start.AddSeconds(second));
        Assert.Equal(expected, choice is not null);
        if (choice is null) return;
        Assert.True(choice.IsSpeculative);
        Assert.Equal(new AttemptId(Map(2), 1), job.Grant(choice.Task, Worker(node), second));
        Assert.Null(scheduler.Choose([job], Worker(4), Start.AddSeconds(second + 60)));
    }

    [Fact]
    public void A_job_of_a_million_tasks_is_scheduled_without_looking_at_them_all()
    {
        var job = Planned(maps: 1_000_000, reduces: 0);
        for (var i = 0; i < 100_000; i++) job.Complete(job.Grant(Choose(job)!.Value, Worker(i % 7)));
        Assert.Equal(Map(100_000), Choose(job));
        Assert.Equal(100_000, job.Progress(0).MapsDone);
    }

    private TaskId? Choose(JobState job) => scheduler.Choose([job], Worker(1), Start)?.Task;
}
