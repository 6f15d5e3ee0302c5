using MapReduce.Api;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>kill -9 while reducers fetch: a node that holds map outputs stands still, so that their fetches last.</summary>
public sealed class ShuffleKillTests : IClassFixture<ShuffleKillTests.Shared>
{
    private const int Lines = 400;

    private static int tests;
    private readonly RealCluster cluster;
    private string folder = "";

    public ShuffleKillTests(Shared shared)
    {
        cluster = shared.Cluster;
        cluster.Heal();
    }

    private string this[string name] => Path.Combine(cluster[folder], name);

    [Fact]
    public async Task A_node_that_is_lost_while_reducers_fetch_from_it_has_its_map_outputs_made_again()
    {
        var (job, before, still, _) = await StopInShuffleAsync();
        cluster.KillNode(still);
        await GatedJob.AssertExactAsync(cluster, job, this["out"], Lines);
        var events = await cluster.EventsAsync(job);
        var lost = events.First(@event => @event.Event == "MapOutputLost");
        // Without that node's outputs nobody could reduce.
        Assert.DoesNotContain(events, @event => IsReduced(@event) && @event.Revision < lost.Revision);
        GatedJob.AssertOnlyLostWorkIsDoneAgain(before, events, still);
    }

    [Fact]
    public async Task A_master_that_is_killed_while_reducers_fetch_is_followed_by_one_that_finishes()
    {
        var (job, before, still, _) = await StopInShuffleAsync();
        var master = await cluster.MasterAsync();
        cluster.KillNode(master);
        await cluster.AwaitAsync(job, @event => @event.Event == "EpochClaimed" && @event.Revision > before[^1].Revision);
        cluster.ContinueNode(still);
        await GatedJob.AssertExactAsync(cluster, job, this["out"], Lines);
        // The one that stood still may have been given up, too.
        GatedJob.AssertOnlyLostWorkIsDoneAgain(before, await cluster.EventsAsync(job), master, still);
    }

    [Fact]
    public async Task An_executor_that_is_killed_while_its_node_fetches_for_it_costs_one_attempt()
    {
        var (job, before, still, fetching) = await StopInShuffleAsync();
        var executors = RealCluster.ChildrenOf(cluster.Nodes[fetching.Node!]);
        executors.ForEach(RealCluster.KillProcess);
        cluster.ContinueNode(still);
        await GatedJob.AssertExactAsync(cluster, job, this["out"], Lines);
        var events = await cluster.EventsAsync(job);
        GatedJob.AssertOnlyLostWorkIsDoneAgain(before, events, still);
        // Where the one that stood still was given up meanwhile, the fetch has failed before the executor was asked.
        if (events.Exists(@event => @event.Event == "MapOutputLost")) return;
        Assert.Equal("ExecutorExited", events.Single(@event => @event.Event == "AttemptFailed" && @event.Attempt == fetching.Attempt).Reason);
        // Between two kills the next attempt may have been given the executor that dies next.
        Assert.InRange(events.Count(@event => @event is { Event: "AttemptFailed", Reason: "ExecutorExited" }), 1, executors.Count);
    }

    private static bool IsReduced(JobEventDetails @event) => @event.Event == "AttemptSucceeded" && IsReduce(@event);

    private static bool IsReduce(JobEventDetails @event) => @event.Attempt?.Contains("-r", StringComparison.Ordinal) == true;

    /// <summary>Stops a node that holds map outputs and is not the master's, and waits until another fetches from it. No reduce task is done then.</summary>
    private async Task<(string Job, List<JobEventDetails> Before, string Still, JobEventDetails Fetching)> StopInShuffleAsync()
    {
        while (true)
        {
            folder = $"shuffle-{Interlocked.Increment(ref tests)}";
            Directory.CreateDirectory(this["gate"]);
            var job = cluster.Submit(Mr.Job("MapReduce.TestJobs"), "--job", "Gated", "--input", Gate.Text(cluster, $"{folder}/in", Lines), "--output", this["out"], "--split", "1000", "--partitions", "4", "--", "--phase", "map", "--gate", this["gate"]);
            await Gate.EnteredAsync(this["gate"]);
            var held = await Gate.HeldAttemptAsync(job, "map", cluster);
            var master = await cluster.MasterAsync();
            var made = (await cluster.EventsAsync(job)).Find(@event => @event.Event == "AttemptSucceeded" && @event.Node != held.Node && @event.Node != master);
            if (made is null)
            {
                // On a busy machine two nodes may make all outputs.
                File.WriteAllText(this["gate/open"], "");
                await GatedJob.AssertExactAsync(cluster, job, this["out"], Lines);
                continue;
            }
            cluster.StopNode(made.Node!);
            File.WriteAllText(this["gate/open"], "");
            var fetching = await cluster.AwaitAsync(job, @event => @event.Event == "AttemptStarted" && IsReduce(@event) && @event.Node != made.Node);
            var fetched = Path.Combine(cluster.State, fetching.Node!, "jobs", job, "scratch", $"{fetching.Attempt}-fetched");
            var before = new List<JobEventDetails>();
            await RealCluster.UntilAsync(async () =>
            {
                before = await cluster.EventsAsync(job);
                return Directory.Exists(fetched) || before.Exists(IsReduced);
            });
            if (!before.Exists(@event => IsReduced(@event) || @event.Event == "MapOutputLost")) return (job, before, made.Node!, fetching);
            // The machine is so busy that the node was given up before anybody asked it for its outputs.
            cluster.ContinueNode(made.Node!);
            await GatedJob.AssertExactAsync(cluster, job, this["out"], Lines);
            cluster.Heal();
        }
    }

    /// <summary>Of five nodes one may stand still, and another die. Reducers read nothing from the disks of other nodes.</summary>
    public sealed class Shared : IDisposable
    {
        internal RealCluster Cluster { get; } = new(5, "master.speculation-minimum=10m", "shuffle.short-circuit=off");

        public void Dispose() => Cluster.Dispose();
    }
}
