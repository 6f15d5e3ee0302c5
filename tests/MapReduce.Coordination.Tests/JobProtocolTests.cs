using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>What simulated histories have found wrong in the conversation of a job.</summary>
public sealed class JobProtocolTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly JobId Id = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));

    [Fact]
    public void A_decision_that_is_not_written_yet_is_not_carried_out_by_the_effect_of_an_earlier_write()
    {
        var job = new FakeJob(new JobState(Id, new JobRules()));
        job.Protocol.Reign(new Epoch(1), _ => true, Start);
        Assert.True(job.Protocol.Cancel(Start, () => { }));
        job.Write();
        Assert.IsType<JobEvent.JobCancelled>(Assert.Single(job.Writing));
        Assert.Empty(job.CarriedOut);
        job.Write();
        Assert.Equal([CommitDuty.Discard], job.CarriedOut);
    }

    [Fact]
    public void A_master_that_reads_of_a_higher_epoch_ends_instead_of_ruling_in_it()
    {
        var state = new JobState(Id, new JobRules());
        state.Apply(new JobEvent.EpochClaimed(Start, new Epoch(2)));
        state.Apply(new JobEvent.AttemptStarted(Start, new AttemptId(new TaskId(0, TaskKind.Plan, 0), 0), new WorkerId("gone", 1), Start.AddSeconds(10)));
        var job = new FakeJob(state);
        job.Protocol.Reign(new Epoch(1), _ => false, Start);
        Assert.True(job.IsOvertaken);
        Assert.Empty(job.Writing);
    }

    [Fact]
    public void A_master_that_reads_of_a_decision_in_the_journal_carries_it_out()
    {
        var state = new JobState(Id, new JobRules());
        var job = new FakeJob(state);
        state.Apply(new JobEvent.EpochClaimed(Start, new Epoch(1)));
        state.Apply(new JobEvent.JobCancelled(Start));
        job.Protocol.Reign(new Epoch(2), _ => true, Start);
        Assert.Empty(job.CarriedOut);
        job.Write();
        Assert.Equal([CommitDuty.Discard], job.CarriedOut);
    }

    [Fact]
    public void A_slot_that_cannot_help_a_straggler_is_not_offered_again_before_time_has_passed()
    {
        var state = new JobState(Id, new JobRules(), [[]]);
        foreach (var @event in Running("node-1")) state.Apply(@event);
        var job = new FakeJob(state);
        job.Protocol.Reign(new Epoch(2), _ => true, Start);
        job.WriteAll();
        var later = Start.AddSeconds(9);
        job.Protocol.OnTick(later);
        Assert.Equal(1, job.Demands[^1].Stragglers);
        var slot = new Slot { Node = "node-1", Incarnation = 1, Number = 0 };
        job.Protocol.OnOffer(new Offer<string>("slot", slot, 1), later);
        Assert.Equal(0, job.Demands[^1].Stragglers);
        job.Protocol.OnTick(later.AddSeconds(0.5));
        Assert.Equal(1, job.Demands[^1].Stragglers);
    }

    [Fact]
    public void A_report_without_totals_is_one_of_an_attempt_that_has_counted_nothing()
    {
        var state = new JobState(Id, new JobRules(), [[]]);
        foreach (var @event in Running("node-1")) state.Apply(@event);
        var job = new FakeJob(state);
        job.Protocol.Reign(new Epoch(2), _ => true, Start);
        job.WriteAll();
        var last = new AttemptId(new TaskId(0, TaskKind.Map, 1), 0);
        var report = new Report { Slot = new Slot { Node = "node-1", Incarnation = 1 }, Job = Id.ToString(), Attempt = Wire.Write(last), Epoch = 2, Made = new Protocol.Execution.Products() };
        job.Protocol.OnReport("slot", report, Start.AddSeconds(2));
        Assert.Equal(last, state.Winner(last.Task));
        Assert.Empty(state.Counters);
    }

    /// <summary>Two maps, one done after a second, the other running still.</summary>
    private static IEnumerable<JobEvent> Running(string node)
    {
        var worker = new WorkerId(node, 1);
        var plan = new AttemptId(new TaskId(0, TaskKind.Plan, 0), 0);
        var (done, slow) = (new AttemptId(new TaskId(0, TaskKind.Map, 0), 0), new AttemptId(new TaskId(0, TaskKind.Map, 1), 0));
        yield return new JobEvent.EpochClaimed(Start, new Epoch(1));
        yield return new JobEvent.AttemptStarted(Start, plan, worker, Start.AddSeconds(10));
        yield return new JobEvent.StagePlanned(Start, plan, "plan", 2, 0);
        yield return new JobEvent.AttemptStarted(Start, done, worker, Start.AddSeconds(10));
        yield return new JobEvent.AttemptStarted(Start, slow, worker, Start.AddSeconds(10));
        yield return new JobEvent.AttemptSucceeded(Start.AddSeconds(1), done, worker, []);
    }
}
