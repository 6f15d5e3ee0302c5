using System.IO.Compression;
using System.Text;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What the options of a submission do, and what its user is told of its inputs.</summary>
[Collection(SharedCluster.Name)]
public sealed class SubmitTests : IDisposable
{
    private readonly SharedCluster shared;
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public SubmitTests(SharedCluster shared) => this.shared = shared;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Name_priority_and_memory_limit_are_in_the_order_of_the_job()
    {
        var job = shared.Cluster.Submit(Mr.Job("WordCount"), "--name", "weighty", "--priority", "7", "--memory-limit", "3GiB", "-i", Made("in", "a\n"), "-o", this["out"]);
        var shown = Mr.Json("job", "show", job, "--cluster", shared.Cluster.State);
        Assert.Equal(("weighty", 7), (shown.GetProperty("name").GetString(), shown.GetProperty("priority").GetInt32()));
        Assert.Equal(3L << 30, (await shared.Cluster.Client.OrderAsync(job)).MemoryLimit);
        Assert.Equal("succeeded", (await shared.Cluster.Client.WaitAsync(job)).Phase);
    }

    [Theory]
    [InlineData("--timeout", "0.5", "made no progress for 0.5 s")]
    [InlineData("--memory-limit", "1MiB", "may use 1 MiB")]
    public void Limits_of_a_submission_and_of_a_run_on_nodes_of_its_own_stop_its_attempts(string option, string limit, string words)
    {
        foreach (var command in (string[][])[["submit", "--cluster", shared.Cluster.State], ["run", "--nodes", "1"]])
        {
            // An attempt that waits for a gate that nobody opens.
            var (code, output, error) = Mr.Run([.. command, Mr.Job("MapReduce.TestJobs"), "--job", "Gated", option, limit, "--attempts", "1", "-i", Made("in", "a\n"), "-o", this["out"], "-q", "--", "--phase", "plan", "--gate", folder]);
            Assert.True(code == 1, $"{code}: {output}{error}");
            Assert.Contains(words, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_input_that_the_nodes_have_is_not_said_to_be_missing_there()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 10_000))));
        File.WriteAllBytes(this["cut.gz"], packed.ToArray()[..(int)(packed.Length / 2)]);
        foreach (var (inputs, words) in ((string[], string)[])[([this["cut.gz"]], "is damaged or cut short"), ([Made("here", "a\n"), this["nowhere"]], $"There is no file or folder '{this["nowhere"]}'")])
        {
            var (code, output, error) = Mr.Run(["submit", Mr.Job("WordCount"), "--cluster", shared.Cluster.State, .. inputs.SelectMany(input => (string[])["-i", input]), "-o", this["out"], "-q"]);
            Assert.True(code == 3, $"{code}: {output}{error}");
            Assert.Contains(words, error, StringComparison.Ordinal);
            Assert.DoesNotContain("on this machine", error, StringComparison.Ordinal);
        }
    }

    private string this[string name] => Path.Combine(folder, name);

    private string Made(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }
}
