using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using Xunit;
using static MapReduce.Coordination.Tests.Jobs;

namespace MapReduce.Coordination.Tests;

/// <summary>What no stage needs any more is let go while the job runs, and made again where it is needed after all.</summary>
public sealed class FreedTests
{
    private const int Last = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_stage_has_made_is_let_go_when_nobody_can_need_it_even_after_a_loss(bool hasSnapshot)
    {
        var job = Chain();
        var expected = new (int[] Outputs, int[] Datasets)[] { ([], []), ([0], []), ([0, 1], [0]), ([0, 1, 2], [0, 1]) };
        for (var stage = 0; stage <= Last; stage++)
        {
            Run(job, stage);
            if (hasSnapshot) job = JobStateCodec.Read(job.Id, job.Rules, JobSnapshot.Parser.ParseFrom(JobStateCodec.Write(job).ToByteArray()));
            Assert.Equal(expected[stage].Outputs, job.FreedOutputs);
            Assert.Equal(expected[stage].Datasets, job.FreedDatasets);
        }
        Assert.Equal(["/shared/dataset-1-0-00000-s1-r00000-a0"], job.DatasetOf(1));
        Assert.Equal(CommitDuty.Check, CommitProtocol.Outstanding(job));
    }

    [Fact]
    public void What_two_stages_read_stays_until_both_are_done_with_it()
    {
        var job = Of([[], [0], [0], [1, 2], [3]]);
        foreach (var stage in (int[])[0, 1]) Run(job, stage);
        Assert.Empty(job.FreedOutputs);
        Run(job, 2);
        Assert.Equal([0], job.FreedOutputs);
        Assert.Empty(job.FreedDatasets);
        Run(job, 3);
        Assert.Equal([0, 1, 2], job.FreedOutputs);
        Assert.Equal([0], job.FreedDatasets);
    }

    [Fact]
    public void A_stage_that_has_made_parts_keeps_what_they_were_made_of_until_the_commit()
    {
        var job = Chain();
        foreach (var stage in (int[])[0, 1, 2, 3]) Run(job, stage, makesParts: stage is 1 or Last);
        Assert.Equal([0, 2], job.FreedOutputs);
        Assert.Equal([1], job.FreedDatasets);
        Assert.IsType<JobEvent.PartDamaged>(Assert.Single(job.Do(new JobCommand.ReportDamage(First, [new DamagedPart(job.Winner(new TaskId(1, TaskKind.Reduce, 0))!.Value, "part", "It was cut.")]))));
    }

    [Fact]
    public void One_loss_or_damage_needs_nothing_that_was_let_go()
    {
        var job = Chain();
        foreach (var stage in (int[])[0, 1]) Run(job, stage);
        Plan(job, 2);
        Assert.Equal([0], job.FreedOutputs);
        Assert.Equal(["AttemptFailed s2-m00000", "DatasetDamaged s1-r00000"], Told(job.Do(Unreadable(job, job.Grant(MapOf(2), Worker(5)), 1))));
        // Whoever held the map output that is needed again may be gone.
        Assert.Equal(["MapOutputLost s1-m00000"], Told(job.Do(new JobCommand.LoseWorker(Worker(1)))));
        Assert.Equal(MapOf(1), new TaskScheduler(new SchedulingPolicy()).Choose([job], Worker(3), Start)!.Task);
    }

    [Fact]
    public void What_several_losses_need_is_made_again_although_it_was_let_go()
    {
        var job = Chain();
        foreach (var stage in (int[])[0, 1, 2]) Run(job, stage);
        Plan(job, Last);
        Assert.Equal(["AttemptFailed s3-m00000", "DatasetDamaged s2-r00000"], Told(job.Do(Unreadable(job, job.Grant(MapOf(3), Worker(5)), 2))));
        Assert.Equal(["MapOutputLost s2-m00000"], Told(job.Do(new JobCommand.LoseWorker(Worker(2)))));
        Assert.Equal(["AttemptFailed s2-m00000", "DatasetDamaged s1-r00000", "MapOutputLost s1-m00000", "DatasetDamaged s0-r00000", "MapOutputLost s0-m00000"],
            Told(job.Do(Unreadable(job, job.Grant(MapOf(2), Worker(5)), 1))));
        Assert.Empty(job.FreedOutputs);
        Assert.Empty(job.FreedDatasets);
        Assert.Equal([0], job.Counters);

        var scheduler = new TaskScheduler(new SchedulingPolicy());
        var ran = new List<string>();
        while (scheduler.Choose([job], Worker(7), Start) is { } choice)
        {
            ran.Add($"{choice.Task}");
            Complete(job, job.Grant(choice.Task, Worker(7)), makesParts: choice.Task.Stage == Last);
        }
        Assert.Equal(["s0-m00000", "s0-r00000", "s1-m00000", "s1-r00000", "s2-m00000", "s2-r00000", "s3-m00000", "s3-r00000"], ran);
        Assert.Equal([8], job.Counters);
        Assert.Equal([0, 1, 2], job.FreedOutputs);
        Assert.Equal([0, 1], job.FreedDatasets);
        Assert.Equal(["/shared/dataset-1-0-00000-s1-r00000-a1"], job.DatasetOf(1));
    }

    [Fact]
    public void What_is_made_again_too_often_fails_the_job_once()
    {
        var job = Of([[], [0], [1], [2]], new JobRules { MaxLosses = 3 });
        Plan(job, 0);
        for (var loss = 0; loss < 2; loss++)
        {
            Complete(job, job.Grant(MapOf(0), Worker(20 + loss)), makesParts: false);
            job.Do(new JobCommand.LoseWorker(Worker(20 + loss)));
        }
        Complete(job, job.Grant(MapOf(0), Worker(0)), makesParts: false);
        Complete(job, job.Grant(ReduceOf(0), Worker(0)), makesParts: false);
        foreach (var stage in (int[])[1, 2]) Run(job, stage);
        Plan(job, Last);
        job.Do(Unreadable(job, job.Grant(MapOf(3), Worker(5)), 2));
        job.Do(new JobCommand.LoseWorker(Worker(2)));
        var events = job.Do(Unreadable(job, job.Grant(MapOf(2), Worker(5)), 1));
        Assert.Equal(MapOf(0), Assert.Single(events.OfType<JobEvent.JobFailed>()).Task);
        Assert.IsType<JobPhase.Failed>(job.Phase);
    }

    [Fact]
    public void Files_go_when_it_is_written_that_nobody_needs_them_and_the_next_master_sees_to_it_again()
    {
        var state = Chain();
        for (var stage = 0; stage < 2; stage++) Run(state, stage);
        Plan(state, 2);
        Complete(state, state.Grant(MapOf(2), Worker(2)), makesParts: false);
        var last = state.Grant(ReduceOf(2), Worker(2));
        var job = new FakeJob(state);
        job.Protocol.Reign(First.Next, _ => true, Start);
        job.WriteAll();
        Assert.Empty(job.Freed);

        var made = Made(last, makesParts: false);
        job.Protocol.OnReport("slot", new Report { Slot = new Slot { Node = "node-2", Incarnation = 1 }, Job = state.Id.ToString(), Attempt = Wire.Write(last), Epoch = 2, Made = made }, Start);
        Assert.Empty(job.Freed);
        job.WriteAll();
        Assert.Equal(["/shared/dataset-0-0-00000-s0-r00000-a0"], job.Freed);
        job.Protocol.OnOffer(new Offer<string>("slot", new Slot { Node = "node-2", Incarnation = 1 }, 1), Start);
        job.WriteAll();
        Assert.Single(job.Freed);
        Assert.Equal([0, 1], job.Sent.OfType<Grant>().Last().Freed);

        var next = new FakeJob(state);
        next.Protocol.Reign(new Epoch(3), _ => true, Start);
        Assert.Empty(next.Freed);
        next.WriteAll();
        Assert.Equal(job.Freed, next.Freed);
    }

    private static TaskId MapOf(int stage) => new(stage, TaskKind.Map, 0);

    private static TaskId ReduceOf(int stage) => new(stage, TaskKind.Reduce, 0);

    /// <summary>Four stages in a chain, of which the last makes the output.</summary>
    private static JobState Chain() => Of([[], [0], [1], [2]]);

    private static JobState Of(int[][] stages, JobRules? rules = null)
    {
        var job = new JobState(new JobId(Guid.NewGuid()), rules ?? new JobRules(), stages);
        job.Do(new JobCommand.ClaimEpoch(First));
        return job;
    }

    private static void Run(JobState job, int stage, bool? makesParts = null)
    {
        Plan(job, stage);
        Complete(job, job.Grant(MapOf(stage), Worker(stage)), makesParts: false);
        Complete(job, job.Grant(ReduceOf(stage), Worker(stage)), makesParts ?? stage == job.StageCount - 1);
    }

    private static void Plan(JobState job, int stage)
        => job.Do(new JobCommand.CompletePlan(job.Grant(new TaskId(stage, TaskKind.Plan, 0), Worker(9)), First, $"plan of {stage}", 1, 1));

    private static void Complete(JobState job, AttemptId attempt, bool makesParts) => job.Do(new JobCommand.Complete(attempt, First, [1], 0, Made(attempt, makesParts)));

    private static Products Made(AttemptId attempt, bool makesParts)
    {
        var made = new Products { Totals = new Totals() };
        if (attempt.Task.Kind == TaskKind.Map) return made;
        if (makesParts) made.Parts.Add(new Part { Name = $"part of {attempt.Task}" });
        else made.Datasets.Add(new Dataset { Path = $"/shared/dataset-{attempt.Task.Stage}-0-00000-{attempt}" });
        return made;
    }

    private static JobCommand.Fail Unreadable(JobState job, AttemptId reader, int stage)
        => new(reader, First, new Failure(FailureReason.FetchFailed, "It was cut."), Dataset: new DamagedPart(job.Winner(ReduceOf(stage))!.Value, "dataset", "It was cut."));

    private static IEnumerable<string> Told(IEnumerable<JobEvent> events) => events.Select(@event => @event switch
    {
        JobEvent.AttemptFailed failed => $"AttemptFailed {failed.Attempt.Task}",
        JobEvent.DatasetDamaged damaged => $"DatasetDamaged {damaged.Attempt.Task}",
        JobEvent.MapOutputLost lost => $"MapOutputLost {lost.Attempt.Task}",
        _ => $"{@event}",
    });
}
