using MapReduce.Protocol;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

public sealed class JobStateTests
{
    [Fact]
    public void A_job_runs_from_its_plan_to_its_publication()
    {
        var job = Planned(maps: 1, reduces: 1);
        Assert.Single(job.Complete(job.Grant(Map(0), Worker(1)), 0, 5));
        var last = job.Complete(job.Grant(Reduce(0), Worker(2)), 0, 7);
        Assert.IsType<JobEvent.CommitDecided>(last[^1]);
        Assert.Equal(CommitDuty.Publish, CommitProtocol.Outstanding(job));
        Assert.IsType<JobEvent.JobPublished>(Assert.Single(job.Do(new JobCommand.ConfirmPublished(First))));
        Assert.Equal(new JobPhase.Succeeded(), job.Phase);
        Assert.Equal([12], job.Counters);
        Assert.Equal(CommitDuty.None, CommitProtocol.Outstanding(job));
    }

    [Fact]
    public void A_job_without_tasks_commits_with_its_plan()
        => Assert.Equal(new JobPhase.Committing(First), Planned(maps: 0, reduces: 0).Phase);

    [Fact]
    public void What_is_repeated_or_late_changes_nothing()
    {
        var job = Planned(maps: 1, reduces: 1);
        var first = job.Grant(Map(0), Worker(1));
        Assert.NotEmpty(job.Fail(first, FailureReason.OutOfMemory));
        Assert.Empty(job.Complete(first));
        var second = job.Grant(Map(0), Worker(1));
        Assert.NotEqual(first, second);
        Assert.NotEmpty(job.Complete(second));
        Assert.Empty(job.Complete(second));
        Assert.Empty(job.Do(new JobCommand.ClaimEpoch(First)));
    }

    [Fact]
    public void A_new_reign_refuses_what_was_granted_in_the_old_until_it_is_confirmed()
    {
        var job = Planned(maps: 1, reduces: 0);
        var attempt = job.Grant(Map(0), Worker(1));
        job.Do(new JobCommand.ClaimEpoch(First.Next));
        Assert.Empty(job.Complete(attempt));
        Assert.False(job.Renew(new JobCommand.Renew(attempt, First), Start));
        Assert.Equal(First.Next, Assert.Single(job.Leases()).Epoch);
        Assert.NotEmpty(job.Do(new JobCommand.Complete(attempt, First.Next, [])));
    }

    [Fact]
    public void A_lease_that_is_renewed_lives_on_and_one_that_is_not_ends()
    {
        var job = Planned(maps: 2, reduces: 0, new JobRules { LeaseDuration = TimeSpan.FromSeconds(10) });
        var renewed = job.Grant(Map(0), Worker(1));
        var silent = job.Grant(Map(1), Worker(2));
        Assert.True(job.Renew(new JobCommand.Renew(renewed, First), Start.AddSeconds(8)));
        var failed = Assert.IsType<JobEvent.AttemptFailed>(Assert.Single(job.Do(new JobCommand.Tick(), atSecond: 11)));
        Assert.Equal((silent, FailureReason.LeaseExpired), (failed.Attempt, failed.Failure.Reason));
    }

    [Fact]
    public void The_first_of_two_rivals_wins_and_the_other_is_called_off()
    {
        var job = Planned(maps: 1, reduces: 1);
        var slow = job.Grant(Map(0), Worker(1));
        var quick = job.Grant(Map(0), Worker(2));
        var events = job.Complete(quick);
        Assert.Equal(slow, Assert.IsType<JobEvent.AttemptRevoked>(events[0]).Attempt);
        Assert.Equal(quick, job.Winner(Map(0)));
        Assert.Empty(job.Complete(slow));
    }

    [Fact]
    public void The_failure_of_one_rival_leaves_the_other_running()
    {
        var job = Planned(maps: 1, reduces: 0);
        var first = job.Grant(Map(0), Worker(1));
        var second = job.Grant(Map(0), Worker(2));
        job.Fail(first, FailureReason.UserCode);
        Assert.Equal(second, Assert.Single(job.Leases()).Attempt);
        Assert.NotEmpty(job.Complete(second));
    }

    [Fact]
    public void A_map_output_that_cannot_be_fetched_is_made_again_and_its_counts_with_it()
    {
        var job = Planned(maps: 1, reduces: 1);
        var map = job.Grant(Map(0), Worker(1));
        job.Complete(map, 0, 100);
        var reduce = job.Grant(Reduce(0), Worker(2));
        var events = job.Fail(reduce, FailureReason.FetchFailed, map);
        Assert.IsType<JobEvent.MapOutputLost>(events[^1]);
        Assert.Equal([0], job.Counters);
        Assert.Empty(job.Do(new JobCommand.Grant(Reduce(0), Worker(2))));
        job.Complete(job.Grant(Map(0), Worker(2)), 0, 100);
        Assert.Equal([100], job.Counters);
        Assert.NotEmpty(job.Do(new JobCommand.Grant(Reduce(0), Worker(2))));
    }

    [Fact]
    public void A_lost_worker_takes_its_map_outputs_along_while_they_are_needed()
    {
        var job = Planned(maps: 2, reduces: 1);
        job.Complete(job.Grant(Map(0), Worker(1)));
        job.Complete(job.Grant(Map(1), Worker(2)));
        Assert.Equal(new AttemptId(Map(0), 0), Assert.IsType<JobEvent.MapOutputLost>(Assert.Single(job.Do(new JobCommand.LoseWorker(Worker(1))))).Attempt);
        Assert.Empty(job.Do(new JobCommand.LoseWorker(Worker(1))));
        job.Complete(job.Grant(Map(0), Worker(2)));
        job.Complete(job.Grant(Reduce(0), Worker(2)));
        Assert.Empty(job.Do(new JobCommand.LoseWorker(Worker(2))));
    }

    [Fact]
    public void Failures_up_to_the_limit_are_retried_and_losses_do_not_count_among_them()
    {
        var job = Planned(maps: 1, reduces: 0, new JobRules { MaxFailures = 2 });
        for (var i = 0; i < 5; i++)
        {
            job.Grant(Map(0), Worker(i));
            job.Do(new JobCommand.LoseWorker(Worker(i)));
        }
        job.Fail(job.Grant(Map(0), Worker(9)), FailureReason.UserCode);
        Assert.IsType<JobPhase.Running>(job.Phase);
        job.Fail(job.Grant(Map(0), Worker(9)), FailureReason.OutOfMemory);
        Assert.Equal(new JobPhase.Failed(Map(0), new Failure(FailureReason.OutOfMemory, "because of OutOfMemory")), job.Phase);
    }

    [Theory]
    [InlineData(FailureReason.InputChanged)]
    [InlineData(FailureReason.BadInput)]
    [InlineData(FailureReason.TooManyBadRecords)]
    [InlineData(FailureReason.Definition)]
    [InlineData(FailureReason.NotDeterministic)]
    public void What_trying_again_cannot_mend_fails_the_job_at_once(FailureReason reason)
    {
        var job = Planned(maps: 2, reduces: 0);
        job.Grant(Map(1), Worker(2));
        var events = job.Fail(job.Grant(Map(0), Worker(1)), reason);
        Assert.IsType<JobEvent.AttemptRevoked>(events[1]);
        Assert.Equal(reason, Assert.IsType<JobPhase.Failed>(job.Phase).Failure.Reason);
        Assert.Equal(CommitDuty.Discard, CommitProtocol.Outstanding(job));
        Assert.Empty(job.Leases());
    }

    [Theory]
    [InlineData(-1, 1, "planned with -1 map tasks")]
    [InlineData(1, -1, "planned with -1 reduce tasks")]
    [InlineData(20_000_000, 1, "20000000 map tasks, and may have 0 to 1000000")]
    [InlineData(1, 200_000, "200000 reduce tasks, and may have 0 to 100000, all its channels together")]
    public void A_plan_with_fewer_tasks_than_none_or_more_than_any_stage_may_have_fails_the_job(int maps, int reduces, string words)
    {
        var job = Planned(maps, reduces);
        var failure = Assert.IsType<JobPhase.Failed>(job.Phase).Failure;
        Assert.Equal(FailureReason.Definition, failure.Reason);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Empty(job.Leases());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Outputs_that_are_never_to_be_had_end_the_job(bool isLost)
    {
        var job = Planned(maps: 1, reduces: 1);
        for (var losses = 1; losses <= job.Rules.MaxLosses; losses++)
        {
            Assert.IsType<JobPhase.Running>(job.Phase);
            if (job.Winner(Map(0)) is null) job.Complete(job.Grant(Map(0), Worker(1)));
            job.Fail(job.Grant(Reduce(0), Worker(2)), FailureReason.FetchFailed, isLost ? job.Winner(Map(0)) : null);
        }
        Assert.Equal(FailureReason.FetchFailed, Assert.IsType<JobPhase.Failed>(job.Phase).Failure.Reason);
    }

    [Fact]
    public void Bad_records_are_counted_over_all_tasks()
    {
        var job = Planned(maps: 3, reduces: 1, new JobRules { MaxSkippedRecords = 5 });
        var lost = job.Grant(Map(0), Worker(1));
        job.Do(new JobCommand.Complete(lost, First, [], SkippedRecords: 4));
        job.Do(new JobCommand.LoseWorker(Worker(1)));
        Assert.Equal(0, job.SkippedRecords);
        job.Do(new JobCommand.Complete(job.Grant(Map(0), Worker(2)), First, [], SkippedRecords: 4));
        job.Do(new JobCommand.Complete(job.Grant(Map(1), Worker(2)), First, [], SkippedRecords: 1));
        Assert.Equal(5, job.SkippedRecords);
        Assert.IsType<JobPhase.Running>(job.Phase);
        job.Do(new JobCommand.Complete(job.Grant(Map(2), Worker(2)), First, [], SkippedRecords: 1));
        Assert.Equal(FailureReason.TooManyBadRecords, Assert.IsType<JobPhase.Failed>(job.Phase).Failure.Reason);
    }

    [Fact]
    public void A_publication_that_is_refused_fails_the_job()
    {
        var job = Planned(maps: 0, reduces: 0);
        job.Do(new JobCommand.RefusePublish(First, "The output exists."));
        Assert.Equal(new JobPhase.Failed(null, new Failure(FailureReason.Publish, "The output exists.")), job.Phase);
    }

    [Fact]
    public void A_decided_commit_cannot_be_cancelled()
    {
        var job = Planned(maps: 0, reduces: 0);
        Assert.Empty(job.Do(new JobCommand.Cancel()));
        Assert.IsType<JobPhase.Committing>(job.Phase);
    }

    [Fact]
    public void A_lost_output_can_still_be_found_after_a_snapshot()
    {
        var job = Jobs.Planned(maps: 1, reduces: 1);
        var map = job.Grant(Map(0), Worker(1));
        job.Complete(map, counters: 7);
        job.Do(new JobCommand.LoseWorker(Worker(1)));
        var restored = JobStateCodec.Read(job.Id, job.Rules, JobStateCodec.Write(job));
        var found = Assert.Single(restored.Do(new JobCommand.AnnounceOutput(map, Worker(2))));
        Assert.IsType<JobEvent.MapOutputFound>(found);
        Assert.Equal((map, Worker(2)), (restored.Winner(Map(0)), restored.WinnerWorker(Map(0))!.Value));
        Assert.Equal([7], restored.Counters);
    }

    [Fact]
    public void A_reduce_task_that_ends_does_not_make_the_lost_output_of_the_map_task_with_its_number_forgotten()
    {
        var job = Jobs.Planned(maps: 1, reduces: 2);
        var map = job.Grant(Map(0), Worker(1));
        job.Complete(map);
        var reduce = job.Grant(Reduce(0), Worker(2));
        job.Do(new JobCommand.LoseWorker(Worker(1)));
        job.Complete(reduce);
        Assert.Equal(map, Assert.IsType<JobEvent.MapOutputFound>(Assert.Single(job.Do(new JobCommand.AnnounceOutput(map, Worker(1))))).Attempt);
    }
}
