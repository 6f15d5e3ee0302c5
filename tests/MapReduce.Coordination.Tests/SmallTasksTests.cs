using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>Which slots a job is offered whose next tasks read next to nothing.</summary>
public sealed class SmallTasksTests : IDispatcherSurroundings<string>
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);
    private static readonly JobId Small = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));
    private static readonly JobId Other = new(Guid.Parse("00000000-0000-0000-0000-000000000002"));
    private static readonly WorkerId Node = new("node", 1);

    private readonly List<(JobId Job, string Slot)> offered = [];
    private readonly List<(JobId Job, TimeSpan Time)> alarms = [];
    private readonly Dispatcher<string> dispatcher;
    private long requests;

    public SmallTasksTests()
    {
        dispatcher = new Dispatcher<string>(TimeSpan.FromSeconds(5), new HealthPolicy(), this, Wait);
        dispatcher.OnMembers(new Dictionary<WorkerId, int> { [Node] = 4 }, Start);
        Request(0);
        Demand(Small, runnable: 1, isSmall: false);
        Assert.Equal([(Small, "0")], offered);
    }

    [Fact]
    public void They_go_one_after_another_to_the_slot_that_has_loaded_the_code()
    {
        Request(1);
        Demand(Small, runnable: 2);
        Assert.Single(offered);
        Request(0, at: 10);
        Request(0, at: 20);
        Assert.Equal([(Small, "0"), (Small, "0"), (Small, "0")], offered);
        Assert.Equal((Small, Wait), Assert.Single(alarms));
    }

    [Fact]
    public void Other_slots_are_passed_over_only_for_so_long()
    {
        Request(1);
        Request(2);
        Demand(Small, runnable: 3);
        dispatcher.Dispatch(Start.AddMilliseconds(99));
        Assert.Single(offered);
        dispatcher.Dispatch(Start.AddMilliseconds(100));
        Assert.Equal([(Small, "0"), (Small, "1"), (Small, "2")], offered);
    }

    [Fact]
    public void A_stage_waits_once_and_the_next_stage_again()
    {
        Request(1);
        Demand(Small, runnable: 1);
        dispatcher.Dispatch(Start.AddMilliseconds(100));
        Demand(Small, runnable: 1, at: 150);
        Request(2, at: 150);
        Assert.Equal((3, 1), (offered.Count, alarms.Count));
        Demand(Small, runnable: 0, isSmall: false, at: 200);
        Demand(Small, runnable: 1, at: 200);
        Request(3, at: 200);
        Assert.Equal((3, 2), (offered.Count, alarms.Count));
    }

    [Fact]
    public void Meanwhile_other_jobs_get_what_is_passed_over()
    {
        Request(1);
        Demand(Small, runnable: 1);
        Demand(Other, runnable: 1, isSmall: false, at: 10);
        Assert.Equal((Other, "1"), offered[^1]);
    }

    [Fact]
    public void Where_no_slot_has_loaded_the_code_nothing_is_waited_for()
    {
        Request(1);
        Demand(Other, runnable: 1);
        Assert.Equal((Other, "1"), offered[^1]);
        // The only slot that had loaded it is another job's now, or gone with its node.
        Demand(Small, runnable: 0, isSmall: false);
        Demand(Other, runnable: 1, isSmall: false);
        Request(0, at: 10);
        Assert.Equal((Other, "0"), offered[^1]);
        Request(2, at: 20);
        Demand(Small, runnable: 1, at: 20);
        Assert.Equal((Small, "2"), offered[^1]);
        dispatcher.OnMembers(new Dictionary<WorkerId, int>(), Start.AddMilliseconds(30));
        dispatcher.OnMembers(new Dictionary<WorkerId, int> { [Node] = 4 }, Start.AddMilliseconds(30));
        Request(3, at: 30);
        Demand(Small, runnable: 1, at: 30);
        Assert.Equal((Small, "3"), offered[^1]);
        Assert.Empty(alarms);
    }

    bool IDispatcherSurroundings<string>.IsRunning(JobId job) => true;

    void IDispatcherSurroundings<string>.Offer(JobId job, Offer<string> offer) => offered.Add((job, offer.Worker));

    void IDispatcherSurroundings<string>.DispatchAfter(JobId job, TimeSpan time) => alarms.Add((job, time));

    void IDispatcherSurroundings<string>.Again(JobId job, Offer<string> offer, AttemptId attempt) => Assert.Fail("Nothing was granted.");

    void IDispatcherSurroundings<string>.Abandoned(JobId job, AttemptId attempt) => Assert.Fail("Nothing was granted.");

    private void Request(int slot, int at = 0)
        => dispatcher.OnRequest($"{slot}", new WorkRequest { Slot = new Slot { Node = Node.Node, Incarnation = Node.Incarnation, Number = slot }, Number = ++requests }, Start.AddMilliseconds(at));

    private void Demand(JobId job, int runnable, bool isSmall = true, int at = 0) => dispatcher.OnDemand(new Demand(job, 1, 0, runnable, 0, IsSmall: isSmall), Start.AddMilliseconds(at));
}
