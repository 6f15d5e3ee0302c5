using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>The keeper of a node's disks, with a probe for the job master and a clock that only the tests move.</summary>
public sealed class NodeAgentTests : TestKit
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-agent-").FullName;
    private readonly TestProbe master;
    private readonly WorkerNode node;

    public NodeAgentTests() : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
        master = CreateTestProbe();
        node = TestNode.Make(folder);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(folder, recursive: true);
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_node_tells_of_the_jobs_it_has_files_of_and_forgets_those_that_are_over()
    {
        Hold("ended", "s0-m00000-a0");
        Hold("running", "s0-m00000-a0");
        var agent = Start();
        Assert.Equal(["ended", "running"], master.ExpectMsg<Inventory>().Jobs.Order());
        agent.Tell(new InventoryReply { Epoch = 1, Ended = { "ended" } });
        Clock.Advance(Interval);
        master.FishForMessage(message => message is Inventory { Jobs: ["running"] });
        Assert.False(Directory.Exists(node.Folders.Job("ended")));
    }

    [Fact]
    public void Outputs_of_an_earlier_life_are_offered_once_to_each_master()
    {
        Hold("job", "s0-m00003-a1");
        var agent = Start();
        master.ExpectMsg<Inventory>();
        agent.Tell(new InventoryReply { Epoch = 1 });
        var found = master.ExpectMsg<OutputsFound>();
        Assert.Equal(("job", 7L, 3, 1), (found.Job, found.Node.Incarnation, found.Attempts[0].Index, found.Attempts[0].Number));
        agent.Tell(new InventoryReply { Epoch = 1 });
        agent.Tell(new EpochAnnounced { Epoch = 2 });
        master.ExpectMsg<Inventory>();
        agent.Tell(new InventoryReply { Epoch = 2 });
        Assert.Equal(found, master.ExpectMsg<OutputsFound>());
    }

    [Fact]
    public void Outputs_of_this_life_are_not_offered()
    {
        var agent = Start();
        Hold("job", "s0-m00000-a0");
        agent.Tell(new InventoryReply { Epoch = 1 });
        Clock.Advance(Interval);
        master.ExpectMsg<Inventory>();
        agent.Tell(new Identify(0), master.Ref);
        master.ExpectMsg<ActorIdentity>();
    }

    [Fact]
    public void A_replaced_master_can_no_more_have_files_removed()
    {
        Hold("job", "s0-m00000-a0");
        var agent = Start();
        master.ExpectMsg<Inventory>();
        agent.Tell(new EpochAnnounced { Epoch = 2 });
        master.ExpectMsg<Inventory>();
        agent.Tell(new InventoryReply { Epoch = 1, Ended = { "job" } });
        Clock.Advance(Interval);
        Assert.Equal(["job"], master.ExpectMsg<Inventory>().Jobs);
    }

    [Fact]
    public async Task A_node_drains_when_it_is_told_to()
    {
        var agent = Start();
        agent.Tell(new DrainRequest { Node = "node-1" });
        await agent.Ask<ActorIdentity>(new Identify(0), TimeSpan.FromSeconds(10));
        Assert.True(node.Draining);
    }

    /// <summary>Starts the agent, and waits until it has looked at the disk.</summary>
    private IActorRef Start()
    {
        var agent = Sys.ActorOf(Props.Create(() => new NodeAgent(node, master.Ref)));
        var probe = CreateTestProbe();
        agent.Tell(new Identify(0), probe);
        probe.ExpectMsg<ActorIdentity>();
        return agent;
    }

    private void Hold(string job, string attempt)
    {
        Directory.CreateDirectory(node.Folders.Outputs(job));
        File.WriteAllText(Path.Combine(node.Folders.Outputs(job), $"map-{attempt}"), "bytes");
    }
}
