using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>How a job has its parts checked between its last success and its decision.</summary>
public sealed class CheckingTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly WorkerId Mapper = new("node-1", 1);
    private static readonly WorkerId Reducer = new("node-2", 1);
    private static readonly AttemptId Map = new(new TaskId(0, TaskKind.Map, 0), 0);
    private static readonly AttemptId Reduce = new(new TaskId(0, TaskKind.Reduce, 0), 0);

    private readonly JobState state = new(new JobId(Guid.Parse("00000000-0000-0000-0000-000000000001")), new JobRules(), [[]]);
    private readonly FakeJob job;
    private readonly HashSet<WorkerId> members = [Mapper, Reducer];

    public CheckingTests()
    {
        var plan = new AttemptId(new TaskId(0, TaskKind.Plan, 0), 0);
        foreach (var @event in (JobEvent[])[
            new JobEvent.EpochClaimed(Start, new Epoch(1)),
            new JobEvent.AttemptStarted(Start, plan, Mapper, Start.AddSeconds(10)),
            new JobEvent.StagePlanned(Start, plan, "plan", 1, 1),
            new JobEvent.AttemptStarted(Start, Map, Mapper, Start.AddSeconds(10)),
            new JobEvent.AttemptSucceeded(Start, Map, Mapper, [1]),
            new JobEvent.AttemptStarted(Start, Reduce, Reducer, Start.AddSeconds(10))]) state.Apply(@event);
        job = new FakeJob(state);
        job.Protocol.Reign(new Epoch(2), members.Contains, Start);
        job.WriteAll();
        job.Protocol.OnMembers(members.Contains, Start);
    }

    [Fact]
    public void The_last_success_and_the_decision_are_one_write_that_waits_for_the_check()
    {
        Succeed();
        Assert.Equal([CommitDuty.Check], job.CarriedOut);
        Assert.Empty(job.Writing);
        job.Protocol.OnChecked([], Start);
        Assert.Collection(job.Writing, @event => Assert.IsType<JobEvent.AttemptSucceeded>(@event), @event => Assert.IsType<JobEvent.CommitDecided>(@event));
        Assert.Equal([CommitDuty.Check], job.CarriedOut);
        job.Write();
        Assert.Equal([CommitDuty.Check, CommitDuty.Publish], job.CarriedOut);
        Assert.IsType<Reported>(job.Sent[^1]);
    }

    [Fact]
    public void A_check_that_takes_long_holds_up_no_write()
    {
        Succeed();
        job.Protocol.OnTick(Start.AddSeconds(1));
        Assert.IsType<JobEvent.AttemptSucceeded>(Assert.Single(job.Writing));
        job.WriteAll();
        Assert.IsType<Reported>(job.Sent[^1]);
        job.Protocol.OnChecked([], Start.AddSeconds(2));
        Assert.IsType<JobEvent.CommitDecided>(Assert.Single(job.Writing));
    }

    [Fact]
    public void A_check_that_cannot_be_done_now_is_tried_again_and_holds_up_no_write()
    {
        Succeed();
        job.Protocol.OnCarriedOut(CarryingOut.Failed, "", Start);
        Assert.Equal(1, job.Retries);
        job.WriteAll();
        Assert.Equal(CommitDuty.Check, CommitProtocol.Outstanding(state));
        job.Protocol.CarryOut();
        Assert.Equal([CommitDuty.Check, CommitDuty.Check], job.CarriedOut);
    }

    [Fact]
    public void A_job_that_is_cancelled_while_it_is_checked_is_discarded_when_the_check_has_ended()
    {
        foreach (var isDone in (bool[])[true, false])
        {
            var other = new CheckingTests();
            other.Succeed();
            Assert.True(other.job.Protocol.Cancel(Start, () => { }));
            other.job.WriteAll();
            Assert.Equal([CommitDuty.Check], other.job.CarriedOut);
            if (isDone) other.job.Protocol.OnChecked([], Start);
            else other.job.Protocol.OnCarriedOut(CarryingOut.Refused, "gone", Start);
            Assert.Equal([CommitDuty.Check, CommitDuty.Discard], other.job.CarriedOut);
            Assert.False(other.job.IsOver);
            other.job.Protocol.OnCarriedOut(CarryingOut.Done, "", Start);
            Assert.True(other.job.IsOver);
        }
    }

    [Fact]
    public void A_damaged_part_is_wanted_again_with_the_map_outputs_of_nodes_that_are_gone()
    {
        Succeed();
        members.Remove(Mapper);
        job.Protocol.OnMembers(members.Contains, Start);
        job.Protocol.OnChecked([new DamagedPart(Reduce, "part-00000", "cut")], Start);
        job.WriteAll();
        Assert.Null(state.Winner(Reduce.Task));
        Assert.Null(state.Winner(Map.Task));
        Assert.Equal(1, job.Demands[^1].Runnable);
        Assert.Equal([CommitDuty.Check], job.CarriedOut);
    }

    [Fact]
    public void A_master_that_takes_over_checks_what_its_predecessor_has_not_decided()
    {
        Succeed();
        job.Protocol.OnTick(Start);
        job.WriteAll();
        var next = JobStateCodec.Read(state.Id, state.Rules, JobStateCodec.Write(state));
        var successor = new FakeJob(next);
        successor.Protocol.Reign(new Epoch(3), members.Contains, Start);
        Assert.Empty(successor.CarriedOut);
        successor.WriteAll();
        Assert.Equal([CommitDuty.Check], successor.CarriedOut);
        successor.Protocol.OnChecked([], Start);
        successor.WriteAll();
        Assert.Equal([CommitDuty.Check, CommitDuty.Publish], successor.CarriedOut);
    }

    private void Succeed() => job.Protocol.OnReport("slot", new Report
    {
        Job = state.Id.ToString(),
        Attempt = Wire.Write(Reduce),
        Epoch = 2,
        Slot = new Slot { Node = Reducer.Node, Incarnation = Reducer.Incarnation },
        Made = new Products { Totals = new Totals { Counters = { 2 } }, Parts = { new Part { Name = "part-00000", Length = 5 } } },
    }, Start);
}
