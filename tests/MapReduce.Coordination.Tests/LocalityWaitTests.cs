using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>Which slots a job is offered whose inputs are on one node for the most part.</summary>
public sealed class LocalityWaitTests : IDispatcherSurroundings<string>
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);
    private static readonly JobId Local = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));
    private static readonly JobId Other = new(Guid.Parse("00000000-0000-0000-0000-000000000002"));
    private static readonly WorkerId Near = new("near", 1);
    private static readonly WorkerId Far = new("far", 1);

    private readonly List<(JobId Job, string Slot)> offered = [];
    private readonly List<(JobId Job, TimeSpan Time)> alarms = [];
    private Dispatcher<string> dispatcher;

    public LocalityWaitTests() => dispatcher = Make(Wait);

    [Fact]
    public void Slots_of_the_node_come_first_and_those_elsewhere_without_delay_after_them()
    {
        Request(Far, 0);
        Request(Far, 1);
        Request(Near, 2);
        Demand(Local, runnable: 2, Near);
        Assert.Equal([(Local, "near-2"), (Local, "far-0")], offered);
        Assert.Empty(alarms);
    }

    [Fact]
    public void A_slot_elsewhere_is_passed_over_only_for_so_long()
    {
        Request(Far, 0);
        Demand(Local, runnable: 2, Near);
        Assert.Empty(offered);
        Assert.Equal((Local, Wait), Assert.Single(alarms));
        Request(Far, 1, at: 60);
        Assert.Empty(offered);
        dispatcher.Dispatch(Start.AddMilliseconds(99));
        Assert.Empty(offered);
        dispatcher.Dispatch(Start.AddMilliseconds(100));
        Assert.Equal([(Local, "far-0"), (Local, "far-1")], offered);
        Assert.Single(alarms);
    }

    [Fact]
    public void A_slot_of_the_node_that_becomes_free_ends_the_wait_for_all_tasks()
    {
        Request(Far, 0);
        Demand(Local, runnable: 2, Near);
        Request(Near, 1, at: 50);
        Assert.Equal([(Local, "near-1"), (Local, "far-0")], offered);
    }

    [Fact]
    public void Meanwhile_other_jobs_get_what_is_passed_over()
    {
        Request(Far, 0);
        Demand(Local, runnable: 1, Near);
        Demand(Other, runnable: 1, null, at: 10);
        Assert.Equal([(Other, "far-0")], offered);
        // The turn of the one that waited comes as if it had not.
        Request(Far, 1, at: 100);
        Assert.Equal((Local, "far-1"), offered[^1]);
    }

    [Fact]
    public void A_stage_waits_once_and_the_next_stage_again()
    {
        Request(Far, 0);
        Demand(Local, runnable: 1, Near);
        dispatcher.Dispatch(Start.AddMilliseconds(100));
        Demand(Local, runnable: 1, Near, at: 200);
        Request(Far, 1, at: 200);
        Assert.Equal(2, offered.Count);
        Demand(Local, runnable: 0, null, at: 300);
        Request(Far, 2, at: 300);
        Demand(Local, runnable: 1, Near, at: 300);
        Assert.Equal((2, 2), (offered.Count, alarms.Count));
    }

    [Fact]
    public void A_node_that_is_to_leave_or_is_gone_is_not_waited_for()
    {
        dispatcher.Drain(Near);
        Request(Near, 0);
        Request(Far, 1);
        Demand(Local, runnable: 1, Near);
        dispatcher.OnMembers(new Dictionary<WorkerId, int> { [Far] = 4 }, Start);
        Request(Far, 2);
        Demand(Local, runnable: 1, Near);
        Assert.Equal([(Local, "far-1"), (Local, "far-2")], offered);
    }

    [Fact]
    public void Nodes_that_read_each_other_s_disks_are_all_near()
    {
        dispatcher.NodesAreAlike = true;
        Request(Far, 0);
        Request(Near, 1);
        Demand(Local, runnable: 1, Near);
        Assert.Equal([(Local, "far-0")], offered);
    }

    [Fact]
    public void Nothing_waits_where_the_wait_is_zero()
    {
        dispatcher = Make(TimeSpan.Zero);
        Request(Far, 0);
        Demand(Local, runnable: 1, Near);
        Assert.Equal([(Local, "far-0")], offered);
    }

    bool IDispatcherSurroundings<string>.IsRunning(JobId job) => true;

    void IDispatcherSurroundings<string>.Offer(JobId job, Offer<string> offer) => offered.Add((job, offer.Worker));

    void IDispatcherSurroundings<string>.DispatchAfter(JobId job, TimeSpan time) => alarms.Add((job, time));

    void IDispatcherSurroundings<string>.Again(JobId job, Offer<string> offer, AttemptId attempt) => Assert.Fail("Nothing was granted.");

    void IDispatcherSurroundings<string>.Abandoned(JobId job, AttemptId attempt) => Assert.Fail("Nothing was granted.");

    private Dispatcher<string> Make(TimeSpan wait)
    {
        var made = new Dispatcher<string>(TimeSpan.FromSeconds(5), new HealthPolicy(), this, wait);
        made.OnMembers(new Dictionary<WorkerId, int> { [Near] = 4, [Far] = 4 }, Start);
        return made;
    }

    private void Request(WorkerId node, int slot, int at = 0)
        => dispatcher.OnRequest($"{node.Node}-{slot}", new WorkRequest { Slot = new Slot { Node = node.Node, Incarnation = node.Incarnation, Number = slot }, Number = 1 }, Start.AddMilliseconds(at));

    private void Demand(JobId job, int runnable, WorkerId? near, int at = 0) => dispatcher.OnDemand(new Demand(job, 1, 0, runnable, 0, near), Start.AddMilliseconds(at));
}
