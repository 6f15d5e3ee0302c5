using System.Security.Cryptography;
using MapReduce.Cli.Jobs;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary><c>mr submit</c> sends the files that a job declares, from the machine of whoever submits.</summary>
[Collection(Cluster.Name)]
public sealed class SideFileTests(Cluster cluster)
{
    private static string Job => Path.Combine(Checkout.Root, "tests", "MapReduce.SideFileJob", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "MapReduce.SideFileJob.dll");

    [Fact]
    public async Task Side_files_go_with_the_job_and_a_task_that_runs_again_here_has_them_too()
    {
        var words = cluster.Write("stop-words.txt", "the\n");
        var (code, output, error) = await Task.Run(() => Cluster.Mr(["submit", Job, "-i", cluster.Write("stopped", "the cat\n"), "-o", cluster["stopped-out"], "--json", .. cluster.Connection, "--", "--stop-words", words]));
        Assert.True(code == 0, error);
        Assert.Equal("stop-words.txt:cat\t1\n", string.Concat(Directory.GetFiles(cluster["stopped-out"], "part-*").Select(File.ReadAllText)));
        using var details = System.Text.Json.JsonDocument.Parse(output);
        var id = details.RootElement.GetProperty("id").GetString()!;
        var order = await cluster.Client.OrderAsync(id);
        Assert.Equal(new Dictionary<string, string> { [words] = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(words))) }, order.SideFiles);
        File.Delete(words);
        (code, _, error) = await Task.Run(() => Cluster.Mr(["job", "replay", id, "s0-m00000", .. cluster.Connection]));
        Assert.True(code == 0, error);
    }

    [Fact]
    public async Task A_side_file_that_is_not_there_is_told_before_anything_is_sent()
    {
        var before = (await cluster.Client.JobsAsync()).Total;
        var (code, _, error) = await Task.Run(() => Cluster.Mr(["submit", Job, "-i", cluster.Write("unstopped", "the cat\n"), "-o", cluster["unstopped-out"], .. cluster.Connection, "--", "--stop-words", cluster["no-such-words.txt"]]));
        Assert.Equal(5, code);
        Assert.Contains($"The side file '{cluster["no-such-words.txt"]}' does not exist", error, StringComparison.Ordinal);
        Assert.Equal(before, (await cluster.Client.JobsAsync()).Total);
    }

    [Fact]
    public void Only_jobs_that_declare_side_files_define_themselves_where_they_are_submitted()
    {
        Assert.True(SideFilesOfJob.Declares(Job));
        Assert.False(SideFilesOfJob.Declares(Path.Combine(AppContext.BaseDirectory, "MapReduce.TestJobs.dll")));
        Assert.False(SideFilesOfJob.Declares(cluster.Write("no-assembly.dll", "text")));
    }
}
