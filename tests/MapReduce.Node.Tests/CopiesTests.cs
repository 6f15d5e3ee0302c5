using MapReduce.Api;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>What a job needs is on two nodes, where there are so many, before the job is accepted.</summary>
public sealed class CopiesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_package_of_which_the_only_other_node_takes_no_copy_is_refused_and_so_is_a_job_that_needs_it()
    {
        await using var cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), TestProgram.Settings);
        var other = await cluster.AddAsync(more: "mapreduce.packages.size-limit = 1KiB");
        using var client = new MapReduceClient([new Uri(cluster.Nodes["node-1"].Settings.HttpAddress)], cluster.Token, patience: TimeSpan.FromMilliseconds(1));
        var package = Repository.Pack("WordCount", folder);
        AssertRefused(await Assert.ThrowsAsync<ApiException>(() => client.UploadAsync(package)));
        AssertRefused(await Assert.ThrowsAsync<ApiException>(() => client.UploadFileAsync(package)));
        // The node that was asked has it now.
        var digest = BlobStore.Digest(await File.ReadAllBytesAsync(package));
        var request = new SubmitRequest { Package = digest, Assembly = "WordCount.dll", Output = Path.Combine(folder, "out") };
        AssertRefused(await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(request)));
        using var user = cluster.Connect(Patience.Limit);
        Assert.Equal(0, (await user.JobsAsync()).Total);

        void AssertRefused(ApiException error)
        {
            Assert.Equal("no-copies", error.Code);
            Assert.Contains($"no other takes a copy: {other.Settings.DataAddress}", error.Message, StringComparison.Ordinal);
        }
    }
}
