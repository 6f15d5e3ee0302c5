using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

/// <summary>A map output is lost and made again, the same or another one.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_output_than_the_one_that_reducers_may_have_read_fails_the_job(bool hasEnded)
    {
        var (job, first) = Mapped(NonDeterminism.Fail);
        var reducer = job.Grant(Reduce(0), Worker(2));
        if (hasEnded) job.Complete(reducer);
        var events = MakeAgain(job, first, fingerprint: 8);
        var failed = Assert.IsType<JobEvent.JobFailed>(events[^1]);
        Assert.Equal((FailureReason.NotDeterministic, Map(0)), (failed.Failure.Reason, failed.Task));
        Assert.Contains($"{first}", failed.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_allows_it_goes_on_and_says_so()
    {
        var (job, first) = Mapped(NonDeterminism.Warn);
        job.Complete(job.Grant(Reduce(0), Worker(2)));
        Assert.Collection(MakeAgain(job, first, fingerprint: 8), @event => Assert.IsType<JobEvent.MapOutputDiffers>(@event), @event => Assert.IsType<JobEvent.AttemptSucceeded>(@event));
    }

    [Fact]
    public void The_same_output_is_as_good_as_the_one_that_was_lost()
    {
        var (job, first) = Mapped(NonDeterminism.Fail);
        job.Complete(job.Grant(Reduce(0), Worker(2)));
        Assert.IsType<JobEvent.AttemptSucceeded>(Assert.Single(MakeAgain(job, first, fingerprint: 7)));
    }

    [Fact]
    public void What_no_reducer_has_begun_to_read_may_be_another()
    {
        var (job, first) = Mapped(NonDeterminism.Fail);
        Assert.IsType<JobEvent.AttemptSucceeded>(Assert.Single(MakeAgain(job, first, fingerprint: 8)));
    }

    [Fact]
    public void A_new_master_that_reads_a_snapshot_compares_as_the_old_one_would()
    {
        var (job, first) = Mapped(NonDeterminism.Fail);
        job.Complete(job.Grant(Reduce(0), Worker(2)));
        job.Do(new JobCommand.LoseWorker(Worker(1)));
        var next = JobStateCodec.Read(job.Id, job.Rules, JobStateCodec.Write(job));
        Assert.IsType<JobEvent.JobFailed>(Make(next, next.Grant(Map(0), Worker(3)), fingerprint: 8)[^1]);
        // The node with the old output comes back: what counted before counts again.
        var other = JobStateCodec.Read(job.Id, job.Rules, JobStateCodec.Write(job));
        Assert.IsType<JobEvent.MapOutputFound>(Assert.Single(other.Do(new JobCommand.AnnounceOutput(first, Worker(4)))));
        Assert.Equal([5], other.Counters);
    }

    private static (JobState Job, AttemptId First) Mapped(NonDeterminism allowed)
    {
        var job = Planned(maps: 1, reduces: 2, new JobRules { NonDeterminism = allowed });
        var first = job.Grant(Map(0), Worker(1));
        Make(job, first, fingerprint: 7);
        return (job, first);
    }

    private static IReadOnlyList<JobEvent> MakeAgain(JobState job, AttemptId first, ulong fingerprint)
    {
        var lost = job.Do(new JobCommand.LoseWorker(Worker(1)));
        Assert.Equal(first, Assert.Single(lost.OfType<JobEvent.MapOutputLost>()).Attempt);
        return Make(job, job.Grant(Map(0), Worker(3)), fingerprint);
    }

    private static IReadOnlyList<JobEvent> Make(JobState job, AttemptId attempt, ulong fingerprint)
        => job.Do(new JobCommand.Complete(attempt, First, [5], 0, new Products { Fingerprint = fingerprint, Totals = new Totals() }));
}
