using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>Every sample job on its real data: a cluster writes the bytes that one process writes.</summary>
[Collection(SharedCluster.Name)]
public sealed class RealDataTests(SharedCluster shared)
{
    [DataTheory]
    [InlineData("WordCount", "text/lang", "--partitions", "5", "--split", "300KB")]
    [InlineData("WordCount", "text/udhr", "--", "--sorted")]
    [InlineData("WordCount", "text/odd")]
    [InlineData("InvertedIndex", "text/cant", "--split", "10KB", "--", "--count", "--separator", "|")]
    [InlineData("InvertedIndex", "text/udhr", "--partitions", "3", "--", "--stem", "--sorted")]
    [InlineData("Grep", "logs/kafka0_state-change.log", "--split", "100KB", "--", "--pattern", "partition [a-z]+")]
    [InlineData("Grep", "logs/HDFS_2k.log logs/elastic_auth.log", "--split", "200KB", "--", "--pattern", "WARN|invalid user [a-z]+", "--lines")]
    [InlineData("LogAnalytics", "logs/databricks_apache.access.log", "--split", "50KB", "--partitions", "4")]
    [InlineData("LogAnalytics", "logs/elastic_apache_logs.log", "--split", "500KB")]
    [InlineData("Sort", "sort/a_10k.dat", "--split", "200KB", "--partitions", "3", "--", "--record", "100")]
    [InlineData("Sort", "sort/b_10k.dat sort/a_dup2x_1k.dat", "--split", "100KB", "--partitions", "4", "--", "--record", "100")]
    [InlineData("Sort", "text/pg", "--split", "500KB", "--partitions", "4", "--memory", "1MiB")]
    [InlineData("SecondarySort", "pairs/pairs.txt", "--split", "10KB", "--partitions", "3")]
    [InlineData("Join", "join/left.tsv join/right.tsv", "--partitions", "3", "--", "--kind", "FullOuter")]
    [InlineData("Join", "join/left.tsv join/right.tsv", "--split", "50KB", "--", "--kind", "LeftOuter", "--missing", "none")]
    [InlineData("Pi", "", "--", "--maps", "7", "--points", "5000")]
    public void A_cluster_writes_the_bytes_of_one_process(string job, string inputs, params string[] arguments)
    {
        var name = $"{job}-{Guid.NewGuid():n}";
        List<string> more = [.. inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(input => (string[])["--input", TestData.Path(input.Split('/'))])];
        foreach (var (output, verb) in ((string, string[])[])[($"{name}-one", ["run"]), ($"{name}-three", ["submit", "--cluster", shared.Cluster.State])])
        {
            var (code, _, error) = Mr.Run([.. verb, Mr.Job(job), "-q", "--output", shared.Cluster[output], .. more, .. arguments]);
            Assert.True(code == 0, error);
        }
        var files = Files(shared.Cluster[$"{name}-one"]);
        Assert.NotEmpty(files);
        Assert.Equal(files, Files(shared.Cluster[$"{name}-three"]));
        foreach (var file in files) Assert.Equal(File.ReadAllBytes(Path.Combine(shared.Cluster[$"{name}-one"], file)), File.ReadAllBytes(Path.Combine(shared.Cluster[$"{name}-three"], file)));
    }

    private static List<string> Files(string folder)
        => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Where(file => file != "_manifest.json").Order(StringComparer.Ordinal)];
}
