using Xunit;

namespace MapReduce.Cluster.Tests;

public sealed class AddTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public void Dispose()
    {
        Mr.Run("cluster", "down", "--cluster", folder);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_lost_node_comes_back_with_the_slots_and_settings_that_it_had()
    {
        Mr.Json("cluster", "up", "--folder", folder, "--nodes", "3", "--slots", "2", "--set", "shuffle.short-circuit=off");
        var before = await ConfigurationAsync(2);
        Mr.Json("cluster", "kill", "2", "--cluster", folder);

        Assert.Equal("node-2", Mr.Json("cluster", "add", "--cluster", folder).GetProperty("added").GetString());

        Assert.Equal(before.Where(IsOfNode), (await ConfigurationAsync(2)).Where(IsOfNode));
        Assert.Contains(before, line => line.Trim() == "worker.slots = 2");
        Assert.Contains(before, line => line == "mapreduce.shuffle.short-circuit=off");
        Assert.All(Mr.Json("cluster", "status", "--cluster", folder).GetProperty("nodes").EnumerateArray(), node => Assert.Equal((2, true), (node.GetProperty("slots").GetInt32(), node.GetProperty("up").GetBoolean())));
    }

    // Whom a node asks to be let in depends on who lives.
    private static bool IsOfNode(string line) => !line.Contains("seeds", StringComparison.Ordinal);

    private Task<string[]> ConfigurationAsync(int node) => File.ReadAllLinesAsync(Path.Combine(folder, $"node-{node}", "node.conf"));
}
