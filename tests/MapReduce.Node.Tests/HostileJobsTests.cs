using System.Globalization;
using System.IO.Hashing;
using System.Text;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Jobs that want what is not theirs: their executors run as the user of the node, which must not fetch for them what others cannot read.</summary>
public sealed class HostileJobsTests(SharedCluster shared) : IClassFixture<SharedCluster>, IDisposable
{
    private readonly MapReduceClient client = shared.Cluster.Connect(Patience.Limit);

    private string Token => Path.Combine(shared.Nodes, "token");

    public void Dispose() => client.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_executor_only_says_that_it_has_made_is_not_published(bool isLink)
    {
        if (!OperatingSystem.IsLinux()) return;
        var loot = Token;
        if (!isLink)
        {
            loot = shared.Place("secret");
            await File.WriteAllTextAsync(loot, "of the user of the node");
            File.SetUnixFileMode(loot, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var content = await File.ReadAllTextAsync(loot);
        var bytes = Encoding.UTF8.GetBytes(content);
        var output = shared.Place("out");
        string[] arguments = ["--file", loot, "--length", bytes.Length.ToString(CultureInfo.InvariantCulture), "--hash", Convert.ToHexStringLower(XxHash128.Hash(bytes))];
        var id = await client.SubmitAsync("MapReduce.TestJobs", shared.Folder, request => request with
        {
            JobClass = "Forging",
            Inputs = [shared.Texts("one line")],
            Partitions = 1,
            Attempts = 1,
            Output = output,
            Arguments = isLink ? [.. arguments, "--link", Path.GetDirectoryName(output)!] : arguments,
        });
        var job = await client.WaitAsync(id);
        Assert.Equal("failed", job.Phase);
        // Its code has done what it wanted, and the node has looked at what came of that before the job master heard of it.
        Assert.Equal("UserCode", job.Failure!.Reason);
        Assert.Contains("an output file is not where the attempt was to write it", job.Failure.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(output));
        Assert.Equal(content, await File.ReadAllTextAsync(loot));
        Assert.Equal("no-output", (await Assert.ThrowsAsync<ApiException>(() => client.ReadOutputAsync(id, "loot"))).Code);
    }

    [Fact]
    public async Task What_a_link_in_an_output_leads_to_is_not_served()
    {
        if (OperatingSystem.IsWindows()) return;
        var output = shared.Place("out");
        var id = await client.SubmitAsync("WordCount", shared.Folder, request => request with { Inputs = [shared.Texts("some words")], Partitions = 1, Output = output });
        Assert.Equal("succeeded", (await client.WaitAsync(id)).Phase);
        File.CreateSymbolicLink(Path.Combine(output, "loot"), Token);
        Directory.CreateSymbolicLink(Path.Combine(output, "deep"), shared.Nodes);
        foreach (var name in (string[])["loot", "deep/token"]) Assert.Equal("no-file", (await Assert.ThrowsAsync<ApiException>(() => client.ReadOutputAsync(id, name))).Code);
        // What the job has written is.
        using var part = new StreamReader(await client.ReadOutputAsync(id, "part-00000"));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(output, "part-00000")), await part.ReadToEndAsync());
    }
}
