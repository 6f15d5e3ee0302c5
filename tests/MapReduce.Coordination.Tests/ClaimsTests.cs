using MapReduce.Protocol.Execution;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

/// <summary>What attempts say of themselves comes from where the code of the job runs: what cannot be fails the job, and never the master.</summary>
public sealed class ClaimsTests
{
    [Theory]
    [InlineData(0, 0, 0, "it has 0 stages")]
    [InlineData(1001, 0, 0, "it has 1001 stages, and may have 1 to 1000")]
    [InlineData(2, 1, 0, "stage 2 reads what stage 2 makes")]
    [InlineData(2, -1, 0, "stage 2 reads what stage 0 makes")]
    [InlineData(2, int.MaxValue, 0, "stage 2 reads what stage 2147483648 makes")]
    [InlineData(1, 0, 10_001, "it declares 10001 counters, and may declare 10000")]
    public void A_definition_that_cannot_be_fails_the_job(int stages, int read, int counters, string words)
    {
        var definition = new Opened { Name = "job" };
        for (var stage = 0; stage < stages; stage++) definition.Stages.Add(stage == 0 ? new Stage() : new Stage { DependsOn = { read } });
        definition.Counters.Add(Enumerable.Range(0, counters).Select(counter => $"counter {counter}"));
        AssertFailed(Defined(definition), FailureReason.Definition, words);
    }

    [Fact]
    public void A_first_plan_without_a_definition_fails_the_job() => AssertFailed(Defined(null), FailureReason.Definition, "without the job's definition");

    [Fact]
    public void Two_counters_of_one_name_fail_the_job()
        => AssertFailed(Defined(new Opened { Stages = { new Stage() }, Counters = { "seen", "seen" } }), FailureReason.Definition, "the same name");

    [Fact]
    public void The_largest_definition_that_may_be_is_taken()
    {
        var definition = new Opened { Name = "job" };
        for (var stage = 0; stage < JobRules.MostStages; stage++) definition.Stages.Add(stage == 0 ? new Stage() : new Stage { DependsOn = { stage - 1 } });
        definition.Counters.Add(Enumerable.Range(0, JobRules.MostCounters).Select(counter => $"counter {counter}"));
        var job = Defined(definition);
        Assert.IsType<JobPhase.Running>(job.Phase);
        Assert.Equal(JobRules.MostStages, job.StageCount);
    }

    [Theory]
    [InlineData(-1, 1, "-1 bad records")]
    [InlineData(0, 2, "tells of 2 counters, and the job has declared 1")]
    public void Counts_that_cannot_be_fail_the_job(long skipped, int counters, string words)
    {
        var job = OneCounter();
        job.Do(new JobCommand.Complete(job.Grant(Map(0), Worker(1)), First, new long[counters], skipped));
        AssertFailed(job, FailureReason.Definition, words);
    }

    [Fact]
    public void A_counter_may_count_down()
    {
        var job = OneCounter();
        job.Complete(job.Grant(Map(0), Worker(1)), counters: -3);
        Assert.Equal([-3], job.Counters);
    }

    [Fact]
    public void Bad_records_that_no_number_holds_are_too_many()
    {
        var job = Planned(maps: 2, reduces: 0, new JobRules { MaxSkippedRecords = 5 });
        job.Do(new JobCommand.Complete(job.Grant(Map(0), Worker(1)), First, [], SkippedRecords: 1));
        job.Do(new JobCommand.Complete(job.Grant(Map(1), Worker(1)), First, [], SkippedRecords: long.MaxValue));
        AssertFailed(job, FailureReason.TooManyBadRecords, "At least 9223372036854775808 records");
    }

    private static JobState OneCounter() => Defined(new Opened { Name = "job", Stages = { new Stage() }, Counters = { "seen" } });

    private static JobState Defined(Opened? definition)
    {
        var job = new JobState(new Protocol.JobId(Guid.NewGuid()), new JobRules());
        job.Do(new JobCommand.ClaimEpoch(First));
        job.Do(new JobCommand.CompletePlan(job.Grant(Plan, Worker(0)), First, "hash", 1, 1, definition));
        return job;
    }

    private static void AssertFailed(JobState job, FailureReason reason, string words)
    {
        var failure = Assert.IsType<JobPhase.Failed>(job.Phase).Failure;
        Assert.Equal(reason, failure.Reason);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }
}
