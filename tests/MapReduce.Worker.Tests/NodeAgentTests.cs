using System.Globalization;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using MapReduce.Protocol.Work;
using MapReduce.Storage;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>The keeper of a node's disks, with a probe for the job master and a clock that only the tests move.</summary>
public sealed class NodeAgentTests : TestKit
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-agent-").FullName;
    private readonly TestProbe master;
    private readonly WorkerNode node;

    public NodeAgentTests() : base($"akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"\n{Patience.ForProbes}")
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
    public void Outputs_of_an_earlier_life_are_offered_to_each_master_until_it_has_heard_of_them()
    {
        Hold("job", "s0-m00003-a1");
        var agent = Start();
        master.ExpectMsg<Inventory>();
        // The node was quicker than the news that it has joined, which makes the master announce itself.
        agent.Tell(new InventoryReply { Epoch = 1 });
        agent.Tell(new EpochAnnounced { Epoch = 1 });
        master.ExpectMsg<Inventory>();
        agent.Tell(new InventoryReply { Epoch = 1, Member = true });
        var found = master.ExpectMsg<OutputsFound>();
        Assert.Equal(("job", 7L, 3, 1), (found.Job, found.Node.Incarnation, found.Attempts[0].Index, found.Attempts[0].Number));
        // It was lost on its way, or the answer was.
        agent.Tell(new InventoryReply { Epoch = 1, Member = true });
        Assert.Equal(found, master.ExpectMsg<OutputsFound>());
        agent.Tell(new InventoryReply { Epoch = 1, Found = found });
        agent.Tell(new InventoryReply { Epoch = 1, Member = true });
        agent.Tell(new EpochAnnounced { Epoch = 2 });
        master.ExpectMsg<Inventory>();
        // What a master has heard says nothing of the next.
        agent.Tell(new InventoryReply { Epoch = 1, Found = found });
        agent.Tell(new InventoryReply { Epoch = 2, Member = true });
        Assert.Equal(found, master.ExpectMsg<OutputsFound>());
        // The news of a master may be lost: then its first answer is the news.
        agent.Tell(new InventoryReply { Epoch = 2, Found = found });
        agent.Tell(new InventoryReply { Epoch = 3, Member = true });
        Assert.Equal(found, master.ExpectMsg<OutputsFound>());
    }

    [Fact]
    public void Outputs_of_this_life_are_not_offered()
    {
        var agent = Start();
        Hold("job", "s0-m00000-a0");
        agent.Tell(new InventoryReply { Epoch = 1, Member = true });
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
    public void What_a_process_of_the_node_that_was_killed_had_made_for_executors_is_removed_and_nothing_that_is_in_use()
    {
        // The first process of the machine did not start in the first second of 1970.
        const string Dead = "1-1-left";
        var living = string.Create(CultureInfo.InvariantCulture, $"{ProcessIdentity.Current.Id:x}-{ProcessIdentity.Current.Started:x}-used");
        var sockets = Path.Combine(Path.GetTempPath(), node.Folders.SocketPrefix);
        var other = Path.Combine(Path.GetTempPath(), new NodeFolders(Path.Combine(folder, "other")).SocketPrefix);
        string[] kept = [sockets + living, other + Dead, Path.Combine(node.Folders.Spares, living)];
        string[] all = [.. kept, sockets + Dead, Path.Combine(node.Folders.Spares, Dead), Path.Combine(node.Folders.Spares, "nobody")];
        try
        {
            foreach (var made in all)
            {
                Directory.CreateDirectory(made);
                File.WriteAllText(Path.Combine(made, "s"), "");
            }
            Start();
            Assert.Equal(kept, all.Where(Directory.Exists));
        }
        finally
        {
            foreach (var made in all.Where(Directory.Exists)) Directory.Delete(made, recursive: true);
        }
    }

    [Fact]
    public void Logs_of_jobs_that_the_master_has_forgotten_are_removed_at_once_or_when_the_node_asks()
    {
        foreach (var job in (string[])["away", "kept", "told"]) WriteLog(job);
        var agent = Start();
        Assert.Equal(["away", "kept", "told"], master.ExpectMsg<Inventory>().Logs.Order());
        agent.Tell(new InventoryReply { Epoch = 1, Forgotten = { "away" } });
        agent.Tell(new InventoryReply { Epoch = 1, Forgotten = { "told" } });
        // A new master is asked anew.
        agent.Tell(new EpochAnnounced { Epoch = 2 });
        Assert.Equal(["kept"], master.ExpectMsg<Inventory>().Logs);
        agent.Tell(new InventoryReply { Epoch = 1, Forgotten = { "kept" } });
        agent.Tell(new EpochAnnounced { Epoch = 3 });
        Assert.Equal(["kept"], master.ExpectMsg<Inventory>().Logs);
    }

    [Fact]
    public void Many_logs_are_asked_about_some_at_a_time_and_again_after_a_while()
    {
        for (var job = 0; job < 501; job++) WriteLog($"job{job}");
        Start();
        Assert.Equal(500, master.ExpectMsg<Inventory>().Logs.Count);
        Clock.Advance(Interval);
        Assert.Single(master.ExpectMsg<Inventory>().Logs);
        for (var round = 0; round < 59; round++) Clock.Advance(Interval);
        Assert.Equal(500, master.ExpectMsg<Inventory>().Logs.Count);
    }

    [Fact]
    public void A_node_that_has_too_many_packages_asks_since_when_they_are_needed_and_removes_the_others()
    {
        var digest = node.Blobs.Put("a package"u8);
        var path = node.Blobs.Find(digest)!;
        var used = DateTime.UtcNow.AddDays(-31);
        File.SetLastWriteTimeUtc(path, used);
        File.SetLastAccessTimeUtc(path, used);
        var agent = Start();
        master.ExpectMsg<Inventory>();
        agent.Tell(new InventoryReply { Epoch = 1 });
        agent.Tell(new InventoryReply { Epoch = 1, NeededSince = used.AddMinutes(5).Ticks });
        Clock.Advance(Interval);
        master.ExpectMsg<Inventory>();
        Assert.True(File.Exists(path));
        agent.Tell(new InventoryReply { Epoch = 1, NeededSince = long.MaxValue });
        AwaitCondition(() => !File.Exists(path), Patience.Limit, TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task A_node_drains_when_it_is_told_to()
    {
        var agent = Start();
        agent.Tell(new DrainRequest { Node = "node-1" });
        await agent.Ask<ActorIdentity>(new Identify(0), Patience.Limit);
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

    private void WriteLog(string job)
    {
        Directory.CreateDirectory(node.Folders.LogsOf(job));
        File.WriteAllText(node.Folders.Log(job, "s0-m00000-a0"), "said");
    }

    private void Hold(string job, string attempt)
    {
        Directory.CreateDirectory(node.Folders.Outputs(job));
        File.WriteAllText(Path.Combine(node.Folders.Outputs(job), $"map-{attempt}"), "bytes");
    }
}
