using System.Text.RegularExpressions;
using Xunit;

namespace MapReduce.Cluster.Tests;

public sealed class UpTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public void Dispose()
    {
        Mr.Run("cluster", "down", "--cluster", folder);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Whoever_starts_a_cluster_reads_where_its_nodes_answer_and_what_comes_next()
    {
        var (code, output, error) = Mr.Run("cluster", "up", "--folder", folder, "--nodes", "1", "--slots", "2");
        Assert.True(code == 0, error);
        var node = Assert.Single(Mr.Json("cluster", "status", "--cluster", folder).GetProperty("nodes").EnumerateArray());
        var address = node.GetProperty("http").GetString()!;
        var lines = output.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal($"node-1  up    {address}  process {node.GetProperty("process").GetInt32()}  slots 2", lines[0]);
        Assert.Equal($"folder  {folder}", lines[1]);
        Assert.Matches($@"^open    {Regex.Escape(address)}login\?ticket=\S+  \(good once, for 5 minutes\)$", lines[2]);
        Assert.Equal($"next    mr submit jobs/WordCount --cluster {folder} --input jobs/WordCount/sample --output out/words", lines[3]);
    }
}
