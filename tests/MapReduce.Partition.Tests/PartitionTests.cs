using MapReduce.Api;
using MapReduce.Cluster.Tests;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>Five nodes on five machines, and a network that does what networks do. Each test leaves the network whole and all five nodes members of one cluster.</summary>
public sealed class PartitionTests(PartitionTests.Cluster shared) : IClassFixture<PartitionTests.Cluster>
{
    private const int Nodes = 5;
    private static readonly int[] All = [1, 2, 3, 4, 5];

    [NetworkFact]
    public Task A_master_in_the_minority_of_2_against_3_is_replaced_and_rejoins() => SplitAsync(master => [[master, Next(master, 1)], Others(master, Next(master, 1))]);

    [NetworkFact]
    public Task Of_1_and_1_and_3_the_three_go_on() => SplitAsync(master => [[master], [Next(master, 2)], Others(master, Next(master, 2))]);

    [NetworkFact]
    public async Task Of_2_and_2_and_1_nobody_decides_and_all_five_are_one_cluster_again()
    {
        var run = await RunningAsync();
        var (one, other) = (Next(run.Master, 1), Next(run.Master, 2));
        var rest = Others(run.Master, one, other);
        int[][] sides = [[run.Master, one], [other, rest[0]], [rest[1]]];
        shared.Network.Partition(true, sides);
        // A side that has not stopped yet when the cut heals may be joined by the others, and need not stop.
        await run.UntilJoiningAgainAsync(All);
        run.Open();
        shared.Network.Partition(false, sides);
        await run.AssertExactAsync(shared.Nodes.Client, All);
    }

    [NetworkFact]
    public Task A_master_that_hears_and_is_not_heard_is_replaced() => OneWayAsync((master, other) => (master, other));

    [NetworkFact]
    public Task A_master_that_is_heard_and_does_not_hear_is_replaced() => OneWayAsync((master, other) => (other, master));

    [NetworkFact]
    public async Task A_worker_that_is_cut_off_from_the_master_and_not_from_its_peers_loses_no_work_of_others()
    {
        var run = await RunningAsync();
        var worker = Next(run.Master, 3);
        int[][] sides = [[run.Master], [worker]];
        shared.Network.Partition(true, sides);
        // Neither of the two can be told to be the one that is cut off, so the others go on without both.
        using var majority = await AwaitMajorityAsync(Others(run.Master, worker));
        await AwaitLostAsync(majority, run.Before.Revision, run.Master, worker);
        run.Open();
        await majority.WaitAsync(run.Job);
        shared.Network.Partition(false, sides);
        await run.AssertExactAsync(majority, [run.Master, worker]);
    }

    [NetworkFact]
    public async Task A_network_that_flaps_every_two_seconds_delays_a_job_and_spoils_nothing()
    {
        var run = await RunningAsync();
        await shared.Network.FlapAsync([[run.Master, Next(run.Master, 1)], Others(run.Master, Next(run.Master, 1))], TimeSpan.FromSeconds(10));
        run.Open();
        await run.AssertExactAsync(shared.Nodes.Client, []);
    }

    [NetworkFact]
    public async Task A_network_with_200_ms_of_latency_and_2_percent_of_loss_is_slow_and_not_wrong()
    {
        Assert.Null(SlowLinks.Missing);
        using (var links = new SlowLinks(shared.Network.Hub, Nodes, TimeSpan.FromMilliseconds(200), 0.02, seed: 1))
        {
            var run = await RunningAsync();
            run.Open();
            await shared.Nodes.Client.WaitAsync(run.Job);
            await run.AssertExactAsync(shared.Nodes.Client, []);
            Assert.True(links.Frames.Lost > 0 && links.Frames.Carried > links.Frames.Lost * 20, $"{links.Frames}");
        }
        await shared.Nodes.AwaitMembersAsync(Nodes);
    }

    /// <summary>The master's side is the minority; the last group is the majority.</summary>
    private async Task SplitAsync(Func<int, int[][]> split)
    {
        var run = await RunningAsync();
        var sides = split(run.Master);
        shared.Network.Partition(true, sides);
        using var majority = await AwaitMajorityAsync(sides[^1]);
        run.Open();
        var job = await majority.WaitAsync(run.Job);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        shared.Network.Partition(false, sides);
        await run.AssertExactAsync(majority, [.. sides[..^1].SelectMany(side => side)]);
    }

    /// <summary>Between the master and each other node one way is cut.</summary>
    private async Task OneWayAsync(Func<int, int, (int From, int To)> way)
    {
        var run = await RunningAsync();
        var others = Others(run.Master);
        var ways = others.Select(other => way(run.Master, other)).ToList();
        foreach (var (from, to) in ways) shared.Network.Cut(from, to);
        using var majority = await AwaitMajorityAsync(others);
        run.Open();
        await majority.WaitAsync(run.Job);
        foreach (var (from, to) in ways) shared.Network.Mend(from, to);
        await run.AssertExactAsync(majority, [run.Master]);
    }

    private async Task<GatedRun> RunningAsync() => await GatedRun.BeginAsync(shared.Nodes, await shared.PackageAsync());

    /// <summary>Waits until these nodes are a cluster without the others.</summary>
    private async Task<MapReduceClient> AwaitMajorityAsync(int[] nodes)
    {
        var majority = shared.Nodes.Connect(nodes);
        await NetworkCluster.AwaitMembersAsync(majority, nodes);
        return majority;
    }

    /// <summary>Waits until the cluster has told that each of these nodes is lost after a revision; on a busy machine another one may be as well.</summary>
    private static async Task AwaitLostAsync(MapReduceClient client, long revision, params int[] nodes)
    {
        var missing = nodes.Select(node => $"node-{node}").ToHashSet();
        using var patience = new CancellationTokenSource(Patience.Limit);
        await foreach (var change in client.WatchClusterAsync(revision, patience.Token))
            if (change.Change == "node-lost" && missing.Remove(change.Node!) && missing.Count == 0) return;
    }

    private static int Next(int node, int steps) => ((node - 1 + steps) % Nodes) + 1;

    private static int[] Others(params int[] nodes) => [.. All.Except(nodes)];

    /// <summary>The five nodes.</summary>
    public sealed class Cluster : IDisposable
    {
        private readonly Lazy<NetworkCluster> nodes = new(() => new NetworkCluster(PartitionTests.Nodes, GatedRun.Settings));
        private string? package;

        internal NetworkCluster Nodes => nodes.Value;

        internal Network Network => Nodes.Network;

        internal async Task<string> PackageAsync() => package ??= await GatedRun.UploadAsync(Nodes);

        public void Dispose()
        {
            if (nodes.IsValueCreated) nodes.Value.Dispose();
        }
    }
}
