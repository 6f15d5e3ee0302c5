using MapReduce.Protocol;
using MapReduce.Protocol.Journal;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

/// <summary>What a stage has made for later ones is made again where it is damaged.</summary>
public sealed class DatasetsTests
{
    private static readonly TaskId LaterPlan = new(1, TaskKind.Plan, 0);
    private static readonly TaskId OtherPlan = new(2, TaskKind.Plan, 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_dataset_is_made_again_and_its_readers_wait_and_are_not_to_blame(bool hasSnapshot)
    {
        var (job, made) = Staged();
        var reader = job.Grant(Later(0), Worker(3));
        if (hasSnapshot) job = Restored(job);
        var events = job.Do(Unreadable(reader, made));
        Assert.True(Assert.IsType<JobEvent.AttemptFailed>(events[0]).Failure.IsBlameless);
        var damaged = Assert.IsType<JobEvent.DatasetDamaged>(events[1]);
        Assert.Equal((made, Worker(2), "dataset", "It was cut."), (damaged.Attempt, damaged.Worker, damaged.File, damaged.Cause));
        Assert.Equal(2, events.Count);
        Assert.Equal([100], job.Counters);
        Assert.Equal((0, 1), (job.Progress(Later(0)).Failures, job.RunnableTasks));
        if (hasSnapshot) job = Restored(job);

        // The readers wait, whoever asks for them.
        Assert.Empty(job.Do(new JobCommand.Grant(Later(0), Worker(3))));
        Assert.Empty(job.Do(new JobCommand.Grant(Later(1), Worker(3))));
        Assert.Equal(Reduce(0), new TaskScheduler(new SchedulingPolicy()).Choose([job], Worker(3), Start)!.Task);
        Assert.True(job.ReadsRemade(1));
        Assert.Equal([Reduce(0)], job.Remade);

        job.Complete(job.Grant(Reduce(0), Worker(3)), 0, 10);
        Assert.Equal([110], job.Counters);
        Assert.Equal(2, job.RunnableTasks);
        job.Complete(job.Grant(Later(0), Worker(3)));
        Assert.IsType<JobEvent.CommitDecided>(job.Complete(job.Grant(Later(1), Worker(3)))[^1]);
    }

    [Fact]
    public void What_the_damaged_dataset_was_made_of_is_made_again_where_it_is_gone()
    {
        var (job, made) = Staged();
        Assert.Empty(job.Do(new JobCommand.LoseWorker(Worker(1))));
        job.Do(Unreadable(job.Grant(Later(0), Worker(3)), made));
        Assert.Equal(Map(0), Assert.IsType<JobEvent.MapOutputLost>(Assert.Single(job.Do(new JobCommand.LoseWorker(Worker(1))))).Attempt.Task);
        job.Complete(job.Grant(Map(0), Worker(3)), 0, 100);
        job.Complete(job.Grant(Reduce(0), Worker(3)), 0, 10);
        Assert.Equal([110], job.Counters);
        Assert.Equal([Reduce(0), Map(0)], job.Remade);
    }

    [Fact]
    public void A_stage_that_cannot_be_planned_for_a_damaged_dataset_is_planned_when_that_is_made_again()
    {
        var job = OfTwoStages();
        var made = job.Winner(Reduce(0))!.Value;
        job.Do(Unreadable(job.Grant(LaterPlan, Worker(3)), made));
        Assert.Empty(job.Do(new JobCommand.Grant(LaterPlan, Worker(3))));
        job.Complete(job.Grant(Reduce(0), Worker(3)));
        job.Grant(LaterPlan, Worker(3));
    }

    [Fact]
    public void Who_plans_another_stage_by_a_damaged_dataset_begins_again_when_it_is_complete()
    {
        var job = OfTwoStages(stages: [[], [0], [0]]);
        var made = job.Winner(Reduce(0))!.Value;
        job.Do(new JobCommand.CompletePlan(job.Grant(LaterPlan, Worker(0)), First, "later", 2, 0));
        var reader = job.Grant(Later(0), Worker(3));
        // It may ask what there is to read at any moment from here on, and the file is missing at some.
        var other = job.Grant(OtherPlan, Worker(4));
        var revoked = Assert.IsType<JobEvent.AttemptRevoked>(job.Do(Unreadable(reader, made))[2]);
        Assert.Equal((other, Worker(4)), (revoked.Attempt, revoked.Worker));
        Assert.Empty(job.Do(new JobCommand.CompletePlan(other, First, "without", 1, 0)));
        Assert.Empty(job.Do(new JobCommand.Grant(OtherPlan, Worker(4))));
        job.Complete(job.Grant(Reduce(0), Worker(3)));
        Assert.NotEmpty(job.Do(new JobCommand.CompletePlan(job.Grant(OtherPlan, Worker(4)), First, "with", 1, 0)));
    }

    [Fact]
    public void A_snapshot_that_an_older_program_would_misread_is_of_a_version_that_it_refuses()
    {
        var (job, made) = Staged();
        Assert.Equal(1, JobStateCodec.Write(job).Version);
        job.Do(Unreadable(job.Grant(Later(0), Worker(3)), made));
        Assert.Equal(2, JobStateCodec.Write(job).Version);
    }

    [Fact]
    public void What_others_have_reported_before_or_nobody_reads_is_not_made_again()
    {
        var (job, made) = Staged();
        var (first, second) = (job.Grant(Later(0), Worker(3)), job.Grant(Later(1), Worker(4)));
        Assert.Equal(2, job.Do(Unreadable(first, made)).Count);
        Assert.IsType<JobEvent.AttemptFailed>(Assert.Single(job.Do(Unreadable(second, made))));
        job.Complete(job.Grant(Reduce(0), Worker(3)));
        // A stage does not read what it makes itself, and plans are no datasets.
        var third = job.Grant(Later(0), Worker(3));
        Assert.IsType<JobEvent.AttemptFailed>(Assert.Single(job.Do(Unreadable(third, job.Winner(LaterPlan)!.Value))));
        var fourth = job.Grant(Later(0), Worker(3));
        Assert.IsType<JobEvent.AttemptFailed>(Assert.Single(job.Do(Unreadable(fourth, job.Winner(Plan)!.Value))));
    }

    [Fact]
    public void A_dataset_that_is_damaged_again_and_again_fails_the_job_and_is_named()
    {
        var (job, _) = Staged(new JobRules { MaxLosses = 2 });
        job.Do(Unreadable(job.Grant(Later(0), Worker(3)), job.Winner(Reduce(0))!.Value));
        job.Complete(job.Grant(Reduce(0), Worker(3)));
        job.Do(Unreadable(job.Grant(Later(1), Worker(3)), job.Winner(Reduce(0))!.Value));
        var failed = Assert.IsType<JobPhase.Failed>(job.Phase);
        Assert.Equal((Reduce(0), FailureReason.CorruptData), (failed.Task, failed.Failure.Reason));
        Assert.Contains("2 times; the last time: It was cut.", failed.Failure.Message, StringComparison.Ordinal);
    }

    private static TaskId Later(int map) => new(1, TaskKind.Map, map);

    /// <summary>A job whose second stage is planned, with two map tasks that read what the first has made.</summary>
    private static (JobState Job, AttemptId Made) Staged(JobRules? rules = null)
    {
        var job = OfTwoStages(rules);
        job.Do(new JobCommand.CompletePlan(job.Grant(LaterPlan, Worker(0)), First, "later", 2, 0));
        return (job, job.Winner(Reduce(0))!.Value);
    }

    private static JobState OfTwoStages(JobRules? rules = null, int[][]? stages = null)
    {
        var job = new JobState(new JobId(Guid.NewGuid()), rules ?? new JobRules(), stages ?? [[], [0]]);
        job.Do(new JobCommand.ClaimEpoch(First));
        job.Do(new JobCommand.CompletePlan(job.Grant(Plan, Worker(0)), First, "hash", 1, 1));
        job.Complete(job.Grant(Map(0), Worker(1)), 0, 100);
        job.Complete(job.Grant(Reduce(0), Worker(2)), 0, 10);
        return job;
    }

    private static JobCommand.Fail Unreadable(AttemptId reader, AttemptId made)
        => new(reader, First, new Failure(FailureReason.FetchFailed, "It was cut."), Dataset: new DamagedPart(made, "dataset", "It was cut."));

    private static JobState Restored(JobState job) => JobStateCodec.Read(job.Id, job.Rules, JobSnapshot.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(JobStateCodec.Write(job))));
}
