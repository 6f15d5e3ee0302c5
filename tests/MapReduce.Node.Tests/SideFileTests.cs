using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Side files travel with their job by digest, as packages do.</summary>
public sealed class SideFileTests(SharedCluster shared) : IClassFixture<SharedCluster>, IDisposable
{
    private readonly MapReduceClient client = shared.Cluster.Connect(Patience.Limit);

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_side_file_that_no_node_could_find_by_itself_is_read_by_every_task()
    {
        var file = shared.Place("stop-words.txt");
        await File.WriteAllLinesAsync(file, ["the", "of"]);
        var receipt = await client.UploadFileAsync(file);
        Assert.Equal(shared.Cluster.Nodes.Values.Select(node => node.Settings.HttpAddress).Order(StringComparer.Ordinal), receipt.Nodes.Order(StringComparer.Ordinal));
        File.Delete(file);
        var output = shared.Place("out");
        var id = await SubmitAsync(output, new() { ["stop-words.txt"] = receipt.Digest });
        var job = await client.WaitAsync(id);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        Assert.Equal(new Dictionary<string, long> { ["stop-words.txt:cat"] = 2, ["stop-words.txt:house"] = 1 }, SharedCluster.Counts(output));
        // Whoever runs a task of it again elsewhere finds the same file.
        var order = await client.OrderAsync(id);
        Assert.Equal(new Dictionary<string, string> { ["stop-words.txt"] = receipt.Digest }, order.SideFiles);
        using var content = new StreamReader(await client.ReadBlobAsync(receipt.Digest));
        Assert.Equal("the\nof\n", await content.ReadToEndAsync());
    }

    [Fact]
    public async Task A_side_file_that_did_not_come_with_its_job_fails_it_before_anything_runs()
    {
        var id = await SubmitAsync(shared.Place("out"), []);
        var job = await client.WaitAsync(id);
        Assert.Equal(("failed", "Definition"), (job.Phase, job.Failure?.Reason));
        Assert.Contains("The side file 'stop-words.txt' did not come with the job, which brought none.", job.Failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await SharedCluster.EventsAsync(client, id), @event => @event.Event == "StagePlanned");
    }

    [Fact]
    public async Task A_job_whose_side_file_no_node_has_is_refused()
    {
        var missing = new string('a', 64);
        var error = await Assert.ThrowsAsync<ApiException>(() => SubmitAsync(shared.Place("out"), new() { ["stop-words.txt"] = missing }));
        Assert.Contains("A file that the job needs cannot be had from any node", error.Message, StringComparison.Ordinal);
    }

    private Task<string> SubmitAsync(string output, Dictionary<string, string> sideFiles) => client.SubmitAsync("MapReduce.SideFileJob", shared.Folder, request => request with
    {
        Inputs = [shared.Texts("the cat of", "the house", "cat", "of the")],
        SplitBytes = 12,
        Partitions = 2,
        Output = output,
        SideFiles = sideFiles,
    });
}
