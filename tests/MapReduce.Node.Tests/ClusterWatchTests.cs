using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>The changes of the whole cluster, as those who watch hear of them.</summary>
public sealed class ClusterWatchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Whoever_watches_hears_the_same_from_any_node_across_a_change_of_masters()
    {
        await using var cluster = await MiniCluster.StartAsync(3, Path.Combine(folder, "cluster"), TestProgram.Settings);
        using var client = cluster.Connect(Patience.Limit);
        using var patience = new CancellationTokenSource(Patience.Limit);
        var addresses = cluster.Nodes.Values.Select(node => new Uri(node.Settings.HttpAddress)).ToList();
        var watchers = addresses.Select(first => WatchAsync(new MapReduceClient([first, .. addresses], cluster.Token), 0, Last(), patience.Token)).ToList();

        var mine = await SubmitAsync(client, "first", "mine");
        Assert.Equal("succeeded", (await client.WaitAsync(mine)).Phase);
        var lost = (await client.NodesAsync()).Master;
        await cluster.AbortAsync(lost);
        // The new master knows what was submitted to the old one.
        Assert.Equal(mine, await SubmitAsync(client, "first", "mine"));
        await client.WaitAsync(await SubmitAsync(client, "last", "other"));

        var heard = await Task.WhenAll(watchers);
        Assert.All(heard, changes => Assert.Equal(heard[0], changes));
        var all = heard[0];
        Assert.Equal(all.Select(change => change.Revision).Distinct().Order(), all.Select(change => change.Revision));
        Assert.Equal([1L, 2L], all.Where(change => change.Change == "master-changed").Select(change => change.Epoch!.Value));
        Assert.Equal([lost, (await client.NodesAsync()).Master], all.Where(change => change.Change == "master-changed").Select(change => change.Node));
        Assert.Equal(["node-1", "node-2", "node-3"], all.Where(change => change.Change == "node-joined").Select(change => change.Node).Order(StringComparer.Ordinal));
        Assert.Equal(lost, Assert.Single(all, change => change.Change == "node-lost").Node);
        Assert.Equal([("job-accepted", "running"), ("job-changed", "committing"), ("job-ended", "succeeded")], all.Where(change => change.Job == mine).Select(change => (change.Change, change.Phase)));

        // Whoever was away goes on where it was, and whoever lists first hears what came after.
        var half = all[all.Count / 2].Revision;
        Assert.Equal(all.Where(change => change.Revision > half), await WatchAsync(cluster.Connect(Patience.Limit), half, change => change.Revision == all[^1].Revision, patience.Token));
        var revision = (await client.JobsAsync()).Revision;
        Assert.True(revision >= all[^1].Revision);
        var next = WatchAsync(cluster.Connect(Patience.Limit), revision, change => change.Change == "job-accepted", patience.Token);
        var more = await SubmitAsync(client, "more", "more");
        Assert.Equal(more, (await next)[^1].Job);
        await client.WaitAsync(more);

        // The loss is told when the members have agreed on it, which may be after the job.
        static Func<ClusterChange, bool> Last()
        {
            var left = 2;
            return change => change is { Change: "job-ended", Name: "last" } or { Change: "node-lost" } && --left == 0;
        }
    }

    [Fact]
    public async Task A_revision_that_is_not_kept_any_more_is_said_to_be_and_a_list_leads_on()
    {
        await using var cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), "mapreduce.retention.changes = 5" + TestProgram.Settings);
        using (var before = cluster.Connect(Patience.Limit))
            for (var job = 0; job < 5; job++) await before.WaitAsync(await SubmitAsync(before, $"job-{job}", $"{job}"));
        await cluster.StopAsync("node-1", TimeSpan.Zero);
        await cluster.AddAsync("node-1");
        using var client = cluster.Connect(Patience.Limit);
        using var patience = new CancellationTokenSource(Patience.Limit);
        var refused = await Assert.ThrowsAsync<ApiException>(() => WatchAsync(cluster.Connect(Patience.Limit), 0, _ => true, patience.Token));
        Assert.Equal(ApiException.Compacted, refused.Code);
        var jobs = await client.JobsAsync();
        Assert.Equal(5, jobs.Total);
        var next = WatchAsync(cluster.Connect(Patience.Limit), jobs.Revision, change => change.Change == "job-accepted", patience.Token);
        var id = await SubmitAsync(client, "next", "next");
        Assert.Equal(id, (await next)[^1].Job);
        await client.WaitAsync(id);
    }

    /// <summary>The changes after a revision, up to one.</summary>
    private static async Task<List<ClusterChange>> WatchAsync(MapReduceClient client, long from, Func<ClusterChange, bool> isLast, CancellationToken cancellation)
    {
        using (client)
        {
            var changes = new List<ClusterChange>();
            await foreach (var change in client.WatchClusterAsync(from, cancellation))
            {
                changes.Add(change);
                if (isLast(change)) break;
            }
            return changes;
        }
    }

    private Task<string> SubmitAsync(MapReduceClient client, string name, string token)
    {
        var text = Path.Combine(folder, "text");
        File.WriteAllText(text, "a few words\n");
        return client.SubmitAsync("WordCount", folder, request => request with { Name = name, ClientToken = token, Inputs = [text], Output = Path.Combine(folder, $"out-{name}") });
    }
}
