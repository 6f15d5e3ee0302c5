using System.Text;
using MapReduce.Local;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed class RealLogsTests
{
    private static readonly string[] Ordered = ["status", "hourofday", "datehour", "summary", "url_top20", "url_all", "bytes_by_client", "sessions"];

    public static TheoryData<string, string> LogsAndVariants()
    {
        var data = new TheoryData<string, string>();
        foreach (var log in (string[])["databricks_apache.access.log", "elastic_apache_logs.log"])
            foreach (var variant in Variant.Names) data.Add(log, variant);
        return data;
    }

    [DataTheory]
    [MemberData(nameof(LogsAndVariants))]
    public void All_tables_of_a_web_log_are_exact(string log, string variant)
    {
        using var output = JobOutput.Of<LogAnalytics.LogAnalytics>([TestData.Path("logs", log)], Variant.Of(variant));
        foreach (var table in Ordered)
            Assert.True(TestData.Expected($"log.{log}.{table}.tsv").AsSpan().SequenceEqual(output.Bytes(table)), $"{table} differs.");
        Assert.True(File.Exists(Path.Combine(output.Folder, "report.html")));
    }

    [DataFact]
    public void Matches_of_expressions_are_exact()
    {
        foreach (var file in TestData.Table("grep.tsv", header: true).GroupBy(row => row[0]))
        {
            var pattern = 0;
            foreach (var row in file)
            {
                using var output = JobOutput.Of<Grep.Grep>(Input(file.Key), new LocalSettings(), "--pattern", row[1]);
                Assert.Equal((row[1], row[2]), (row[1], output.Report.Manifest.Counters["matching lines"].ToString()));
                if (row[1] != "^$") Assert.Equal((row[1], row[3]), (row[1], output.Report.Manifest.Counters["matches"].ToString()));
                var expected = TestData.Path("expected", $"grepcount.{file.Key}.{pattern++}.tsv");
                if (File.Exists(expected)) Assert.Equal(File.ReadAllText(expected, Encoding.Latin1), Encoding.Latin1.GetString(output.Bytes()));
            }
        }
    }

    [DataTheory]
    [InlineData("3 partitions, 64 KiB splits")]
    [InlineData("many spills")]
    public void Counts_of_matches_do_not_depend_on_how_the_job_runs(string variant)
    {
        var row = TestData.Table("grep.tsv", header: true).First(row => row[0] == "elastic_apache_logs.log");
        using var expected = JobOutput.Of<Grep.Grep>(Input(row[0]), new LocalSettings(), "--pattern", row[1]);
        using var output = JobOutput.Of<Grep.Grep>(Input(row[0]), Variant.Of(variant), "--pattern", row[1]);
        Assert.Equal(expected.Bytes(), output.Bytes());
    }

    private static string[] Input(string name)
        => [name.EndsWith("/*", StringComparison.Ordinal) ? TestData.Path("text", name[..^2]) : name.Contains('/', StringComparison.Ordinal) ? TestData.Path("text", name) : TestData.Path("logs", name)];
}
