using System.Globalization;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>The seven tests of the MIT course's MapReduce lab (6.5840), in their strict form, against real processes.</summary>
[Collection(SharedCluster.Name)]
public sealed class MitLabTests(SharedCluster shared)
{
    private const int Workers = 3;
    private readonly RealCluster cluster = shared.Cluster;

    [DataFact]
    public void Wc() => Assert.Equal(TestData.Expected("mit_wc_pg.txt"), Run("WordCount", "WordCount"));

    [DataFact]
    public void Indexer() => Assert.Equal(TestData.Expected("mit_indexer_pg.txt"), Run("InvertedIndex", "InvertedIndex", "--count"));

    [DataFact]
    public void Map_parallelism()
    {
        var rows = Rows(Run("MapReduce.TestJobs", "MapTiming", "--marks", Marks()));
        Assert.Equal(Workers, rows.Count(row => row.Key.StartsWith("times-", StringComparison.Ordinal)));
        Assert.Contains(rows, row => row.Key.StartsWith("parallel-", StringComparison.Ordinal) && row.Value.Split(' ').Contains($"{Workers}"));
    }

    [DataFact]
    public void Reduce_parallelism() => Assert.True(Rows(Run("MapReduce.TestJobs", "ReduceTiming", "--marks", Marks())).Count(row => int.Parse(row.Value, CultureInfo.InvariantCulture) >= 2) >= 2);

    [DataFact]
    public void Job_count() => Assert.Equal("a 8\n", Run("MapReduce.TestJobs", "JobCount", "--marks", Marks()));

    [DataFact]
    public void Early_exit() => Assert.Equal(string.Concat(Inputs().Select(file => $"{Path.GetFileName(file)} 1\n")), Run("MapReduce.TestJobs", "EarlyExit"));

    [DataFact]
    public void Crash() => Assert.Equal(TestData.Expected("mit_nocrash_pg.txt"), Run("MapReduce.TestJobs", "Crashing"));

    /// <summary>Runs a job, and takes its output at the moment that the program ends.</summary>
    private string Run(string project, string job, params string[] arguments)
    {
        var (code, _, error) = Mr.Run(["submit", Mr.Job(project), "--cluster", cluster.State, "-q", "--job", job, "--partitions", "10", "--split", "100000", "--attempts", "40", "--input", .. Inputs(), "--output", cluster[job], "--", .. arguments]);
        Assert.True(code == 0, error);
        var rows = Directory.GetFiles(cluster[job], "part-*").SelectMany(file => File.ReadAllText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return string.Concat(rows.Select(row => row.Replace('\t', ' ')).Order(StringComparer.Ordinal).Select(row => row + "\n"));
    }

    private string Marks() => Directory.CreateDirectory(cluster[$"marks-{Guid.NewGuid():n}"]).FullName;

    private static IReadOnlyList<string> Inputs() => [.. Directory.GetFiles(TestData.Path("text", "pg"), "*.txt").Order(StringComparer.Ordinal)];

    private static List<KeyValuePair<string, string>> Rows(string text)
        => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => new KeyValuePair<string, string>(row[..row.IndexOf(' ', StringComparison.Ordinal)], row[(row.IndexOf(' ', StringComparison.Ordinal) + 1)..]))];
}
