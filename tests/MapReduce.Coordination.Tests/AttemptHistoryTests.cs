using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Journal;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>What is remembered of attempts, and how long a job may yet take.</summary>
public sealed class AttemptHistoryTests
{
    [Fact]
    public void Every_attempt_is_remembered_with_its_slot_its_time_and_its_end()
    {
        var job = Jobs.Planned(maps: 3, reduces: 1);
        var won = Granted(job, Jobs.Map(0), 1, slot: 4, at: 10);
        var lost = Granted(job, Jobs.Map(1), 2, slot: 5, at: 10);
        job.Complete(won, 12);
        var rival = Granted(job, Jobs.Map(1), 1, slot: 4, at: 13);
        job.Complete(rival, 15);
        job.Fail(Granted(job, Jobs.Map(2), 1, slot: 4, at: 16), FailureReason.UserCode);
        Assert.Equal(
            [(won, 4, 2.0, AttemptOutcome.Succeeded), (lost, 5, 5.0, AttemptOutcome.Revoked), (rival, 4, 2.0, AttemptOutcome.Succeeded)],
            All(job).Where(record => record.Attempt.Task.Index < 2 && record.Attempt.Task.Kind == TaskKind.Map).Select(record => (record.Attempt, record.Slot!.Value, record.Took!.Value.TotalSeconds, record.Outcome)));
        var failure = Assert.Single(job.Attempts.Failures);
        Assert.Equal((FailureReason.UserCode, "because of UserCode"), (failure.Failure.Reason, failure.Failure.Message));
        Assert.Equal((AttemptOutcome.Failed, FailureReason.UserCode), (All(job)[^1].Outcome, All(job)[^1].Reason));
    }

    [Fact]
    public void An_output_that_is_lost_and_found_again_is_told_from_others()
    {
        var job = Jobs.Planned(maps: 1, reduces: 1);
        var map = Granted(job, Jobs.Map(0), 1, slot: 1, at: 0);
        job.Complete(map);
        job.Do(new JobCommand.LoseWorker(Jobs.Worker(1)));
        Assert.Equal(AttemptOutcome.OutputLost, All(job)[^1].Outcome);
        job.Do(new JobCommand.AnnounceOutput(map, Jobs.Worker(2)));
        Assert.Equal(AttemptOutcome.Succeeded, All(job)[^1].Outcome);
    }

    [Fact]
    public void A_snapshot_remembers_the_same_and_what_runs_may_end_after_it()
    {
        var job = Jobs.Planned(maps: 2, reduces: 1);
        job.Fail(Granted(job, Jobs.Map(0), 1, slot: 1, at: 3), FailureReason.WorkerLost);
        var running = Granted(job, Jobs.Map(1), 2, slot: null, at: 5);
        var restored = JobStateCodec.Read(job.Id, job.Rules, JobSnapshot.Parser.ParseFrom(JobStateCodec.Write(job).ToByteArray()));
        Assert.Equal(All(job), All(restored));
        Assert.Equal(job.Attempts.Failures, restored.Attempts.Failures);
        restored.Complete(running, 9);
        Assert.Equal((AttemptOutcome.Succeeded, 4.0, (int?)null), (All(restored)[^1].Outcome, All(restored)[^1].Took!.Value.TotalSeconds, All(restored)[^1].Slot));
    }

    [Fact]
    public void The_slot_of_an_attempt_comes_back_from_the_journal()
    {
        foreach (var slot in (int?[])[null, 0, 63])
        {
            var started = new JobEvent.AttemptStarted(Jobs.Start, new AttemptId(Jobs.Map(0), 0), Jobs.Worker(1), Jobs.Start, slot);
            Assert.Equal(started, JobEventCodec.Read(JobEventCodec.Write(started)));
        }
    }

    [Fact]
    public void The_time_that_is_left_follows_from_the_tasks_that_are_done()
    {
        var job = Jobs.Planned(maps: 4, reduces: 2);
        var first = Granted(job, Jobs.Map(0), 1, slot: 1, at: 0);
        Assert.Null(JobEstimate.Remaining(job, Jobs.Start));
        job.Complete(first, 10);
        Granted(job, Jobs.Map(1), 1, slot: 1, at: 10);
        Granted(job, Jobs.Map(2), 2, slot: 2, at: 10);
        // Three map tasks of 10 s, two of which are half done, and reducing for half of the 40 s of mapping: 40 s of work for two slots.
        Assert.Equal(20, JobEstimate.Remaining(job, Jobs.Start.AddSeconds(15))!.Value.TotalSeconds, 3);
        job.Do(new JobCommand.Cancel());
        Assert.Null(JobEstimate.Remaining(job, Jobs.Start.AddSeconds(15)));
    }

    private static AttemptId Granted(JobState job, TaskId task, int worker, int? slot, double at)
        => Assert.IsType<JobEvent.AttemptStarted>(Assert.Single(job.Do(new JobCommand.Grant(task, Jobs.Worker(worker), slot), at))).Attempt;

    private static List<AttemptRecord> All(JobState job) => [.. Enumerable.Range(0, job.Attempts.Count).Select(index => job.Attempts[index])];
}
