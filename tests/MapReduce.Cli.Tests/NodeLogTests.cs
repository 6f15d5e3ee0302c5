using MapReduce.Cli.Cluster;
using Xunit;

namespace MapReduce.Cli.Tests;

public sealed class NodeLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-log-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_log_begins_anew_at_the_start_of_a_node_only_where_it_has_become_long_and_the_last_one_stays()
    {
        var log = Path.Combine(folder, "node.log");
        NodeLog.Rotate(log);
        Write(log, NodeLog.MostBytes);
        NodeLog.Rotate(log);
        Assert.Equal(["node.log"], Files());
        Write(log, NodeLog.MostBytes + 1);
        File.WriteAllText(log + ".1", "before");
        NodeLog.Rotate(log);
        Assert.Equal(["node.log.1"], Files());
        Assert.Equal(NodeLog.MostBytes + 1, new FileInfo(log + ".1").Length);
    }

    private static void Write(string file, long length)
    {
        using var log = File.Create(file);
        log.SetLength(length);
    }

    private string[] Files() => [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file))];
}
