using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Journal;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

/// <summary>Parts are looked at before the commit is decided, and what is damaged is made again.</summary>
public sealed class PartsTests
{
    [Fact]
    public void The_commit_is_decided_when_all_parts_are_there_and_whole()
    {
        var job = Planned(maps: 1, reduces: 1);
        job.Complete(job.Grant(Map(0), Worker(1)));
        Assert.Equal(CommitDuty.None, CommitProtocol.Outstanding(job));
        Assert.Empty(job.Do(new JobCommand.ConfirmParts(First)));
        Assert.IsType<JobEvent.AttemptSucceeded>(Assert.Single(Make(job, Reduce(0))));
        Assert.Equal(CommitDuty.Check, CommitProtocol.Outstanding(job));
        Assert.Empty(job.Do(new JobCommand.ConfirmParts(First.Next)));
        Assert.IsType<JobEvent.CommitDecided>(Assert.Single(job.Do(new JobCommand.ConfirmParts(First))));
        Assert.Equal(CommitDuty.Publish, CommitProtocol.Outstanding(job));
        Assert.Empty(job.Do(new JobCommand.ConfirmParts(First)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_part_is_made_again_and_what_its_task_counted_is_counted_once(bool hasSnapshot)
    {
        var job = Planned(maps: 1, reduces: 2, new JobRules { MaxSkippedRecords = 10 });
        job.Complete(job.Grant(Map(0), Worker(1)), 0, 100);
        Make(job, Reduce(0), counted: 5, skipped: 2);
        Make(job, Reduce(1), counted: 7);
        if (hasSnapshot) job = Restored(job);
        var made = job.Winner(Reduce(0))!.Value;
        var damaged = Assert.IsType<JobEvent.PartDamaged>(Assert.Single(job.Do(Damage(made))));
        Assert.Equal((made, Worker(2), "part-00000"), (damaged.Attempt, damaged.Worker, damaged.File));
        Assert.Equal([107], job.Counters);
        Assert.Equal((0, 1, 70), (job.SkippedRecords, job.PreparedParts, job.Totals.RowsWritten));
        Assert.Equal(("key 1", 1), (Assert.Single(job.Totals.HotKeys).Key, job.RunnableTasks));
        Assert.Equal([made], job.AttemptsOut());
        Assert.Equal(AttemptOutcome.OutputLost, Enumerable.Range(0, job.Attempts.Count).Select(index => job.Attempts[index]).Single(record => record.Attempt == made).Outcome);
        Assert.Equal(CommitDuty.None, CommitProtocol.Outstanding(job));
        // What is reported twice is damaged once.
        Assert.Empty(job.Do(Damage(made)));

        if (hasSnapshot) job = Restored(job);
        Make(job, Reduce(0), counted: 5, skipped: 2);
        Assert.Equal([112], job.Counters);
        Assert.Equal((2, 2, 120), (job.SkippedRecords, job.PreparedParts, job.Totals.RowsWritten));
        Assert.Equal(CommitDuty.Check, CommitProtocol.Outstanding(job));
        Assert.NotEqual(made, job.Winner(Reduce(0)));
        job.Do(new JobCommand.ConfirmParts(First));
        Assert.Equal(new JobPhase.Committing(First), job.Phase);
    }

    [Fact]
    public void A_map_task_whose_part_is_damaged_does_not_count_again_with_its_old_output_and_must_make_the_same()
    {
        foreach (var isSame in (bool[])[true, false])
        {
            var job = Planned(maps: 1, reduces: 1);
            var map = job.Grant(Map(0), Worker(1));
            job.Do(new JobCommand.Complete(map, First, [3], 0, Named(fingerprint: 7)));
            Make(job, Reduce(0));
            job.Do(Damage(map));
            job = Restored(job);
            Assert.Empty(job.Do(new JobCommand.AnnounceOutput(map, Worker(1))));
            Assert.Equal([0], job.Counters);
            var events = job.Do(new JobCommand.Complete(job.Grant(Map(0), Worker(1)), First, [3], 0, Named(isSame ? 7UL : 8UL)));
            if (isSame) Assert.Equal(CommitDuty.Check, CommitProtocol.Outstanding(job));
            else Assert.Equal(FailureReason.NotDeterministic, Assert.IsType<JobEvent.JobFailed>(events[^1]).Failure.Reason);
        }

        static Products Named(ulong fingerprint) => new() { Fingerprint = fingerprint, Totals = new Totals(), Parts = { new Part { Name = "named/part-00000" } } };
    }

    [Fact]
    public void A_reduce_task_that_runs_again_needs_the_map_outputs_again()
    {
        var job = Planned(maps: 2, reduces: 1);
        job.Complete(job.Grant(Map(0), Worker(1)));
        job.Complete(job.Grant(Map(1), Worker(3)));
        Make(job, Reduce(0));
        Assert.Empty(job.Do(new JobCommand.LoseWorker(Worker(1))));
        job.Do(Damage(job.Winner(Reduce(0))!.Value));
        Assert.True(job.NeedsOutputsOf(Worker(3)));
        Assert.Equal(Map(0), Assert.IsType<JobEvent.MapOutputLost>(Assert.Single(job.Do(new JobCommand.LoseWorker(Worker(1))))).Attempt.Task);
        Assert.Empty(job.Do(new JobCommand.Grant(Reduce(0), Worker(2))));
        job.Complete(job.Grant(Map(0), Worker(3)));
        Make(job, Reduce(0));
        Assert.Equal(CommitDuty.Check, CommitProtocol.Outstanding(job));
    }

    [Fact]
    public void A_part_that_is_damaged_again_and_again_fails_the_job_and_is_named()
    {
        var job = Planned(maps: 0, reduces: 1, new JobRules { MaxLosses = 3 });
        for (var time = 1; time <= 2; time++)
        {
            Make(job, Reduce(0));
            Assert.IsType<JobEvent.PartDamaged>(Assert.Single(job.Do(Damage(job.Winner(Reduce(0))!.Value))));
        }
        Make(job, Reduce(0));
        Assert.IsType<JobEvent.PartDamaged>(job.Do(Damage(job.Winner(Reduce(0))!.Value))[0]);
        var failed = Assert.IsType<JobPhase.Failed>(job.Phase);
        Assert.Equal((Reduce(0), FailureReason.Publish), (failed.Task, failed.Failure.Reason));
        Assert.Contains("damaged 3 times; the last time: 'part-00000' was cut.", failed.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_files_of_an_attempt_are_one_event()
    {
        var job = Planned(maps: 0, reduces: 1);
        Make(job, Reduce(0));
        var made = job.Winner(Reduce(0))!.Value;
        var damaged = Assert.IsType<JobEvent.PartDamaged>(Assert.Single(job.Do(new JobCommand.ReportDamage(First, [new DamagedPart(made, "a", "'a' is gone."), new DamagedPart(made, "b", "'b' is gone.")]))));
        Assert.Equal(("a", $"'a' is gone. So it is with 1 more of the files that {made} made."), (damaged.File, damaged.Cause));
    }

    [Fact]
    public void Nothing_is_made_again_once_the_commit_is_decided()
    {
        var job = Planned(maps: 0, reduces: 1);
        Make(job, Reduce(0));
        job.Do(new JobCommand.ConfirmParts(First));
        Assert.Empty(job.Do(Damage(job.Winner(Reduce(0))!.Value)));
    }

    [Fact]
    public void What_is_prepared_and_gone_altogether_fails_the_job_before_the_decision()
    {
        var job = Planned(maps: 0, reduces: 1);
        Assert.Empty(job.Do(new JobCommand.RefusePublish(First, "too early")));
        Make(job, Reduce(0));
        job.Do(new JobCommand.RefusePublish(First, "The staging folder is gone."));
        Assert.Equal(new JobPhase.Failed(null, new Failure(FailureReason.Publish, "The staging folder is gone.")), job.Phase);
    }

    [Fact]
    public void A_snapshot_of_an_older_program_that_lacks_counts_fails_the_job_rather_than_count_twice()
    {
        var job = Planned(maps: 0, reduces: 1);
        Make(job, Reduce(0), counted: 5);
        var old = JobStateCodec.Write(job);
        old.KeepsCounts = false;
        foreach (var stage in old.Stages) stage.ReduceCounts.Clear();
        job = Restored(JobStateCodec.Read(job.Id, job.Rules, old));
        job.Do(Damage(job.Winner(Reduce(0))!.Value));
        Assert.Contains("older version", Assert.IsType<JobPhase.Failed>(job.Phase).Failure.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<JobEvent> Make(JobState job, TaskId task, long counted = 0, long skipped = 0) => job.Do(new JobCommand.Complete(job.Grant(task, Worker(2)), First, [counted], skipped, new Products
    {
        Totals = new Totals { RowsWritten = 10 * counted, HotKeys = { new HotKey { Key = $"key {task.Index}", Weight = 9 } } },
        Parts = { new Part { Name = $"part-{task.Index:D5}" } },
    }));

    private static JobCommand.ReportDamage Damage(AttemptId attempt) => new(First, [new DamagedPart(attempt, $"part-{attempt.Task.Index:D5}", $"'part-{attempt.Task.Index:D5}' was cut.")]);

    private static JobState Restored(JobState job) => JobStateCodec.Read(job.Id, job.Rules, JobSnapshot.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(JobStateCodec.Write(job))));
}
