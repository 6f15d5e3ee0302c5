using System.Globalization;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A node whose disk takes a tenth of a second for each write.</summary>
[Collection(SharedCluster.Name)]
public sealed class SlowDiskTests(SharedCluster shared)
{
    private const int Lines = 20_000;

    [SlowDiskTheory]
    [InlineData("worker")]
    [InlineData("master")]
    public async Task A_slow_disk_delays_a_job_and_loses_neither_a_node_nor_an_attempt(string whose)
    {
        var cluster = shared.Cluster;
        var folder = Directory.CreateDirectory(cluster[$"slow-{whose}"]).FullName;
        var before = await cluster.Client.NodesAsync();
        var slow = whose == "master" ? before.Master : cluster.Nodes.Keys.First(node => node != before.Master);
        var text = cluster.Write($"slow-{whose}/in", string.Concat(Enumerable.Range(0, Lines).Select(line => $"word{line % 100} and line\n")));
        using var disk = new SlowDisk(cluster.Nodes[slow], TimeSpan.FromMilliseconds(100), Path.Combine(folder, "trace"));
        var job = cluster.Submit(Mr.Job("WordCount"), "--input", text, "--output", Path.Combine(folder, "out"), "--split", "40000", "--partitions", "3");
        var details = await cluster.Client.WaitAsync(job);
        Assert.Equal((null, "succeeded", 0, 0), (details.Failure?.Message, details.Phase, details.FailedAttempts, details.LostAttempts));
        var counts = Directory.GetFiles(Path.Combine(folder, "out"), "part-*").SelectMany(File.ReadAllLines).Sum(line => long.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture));
        Assert.Equal(3 * Lines, counts);
        Assert.True(disk.Delays > 0);
        var after = await cluster.Client.NodesAsync();
        Assert.Equal((before.Master, before.Epoch), (after.Master, after.Epoch));
        Assert.All(after.Nodes, node => Assert.Equal("up", node.State));
    }
}
