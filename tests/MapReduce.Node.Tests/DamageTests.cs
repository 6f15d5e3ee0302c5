using System.IO.Compression;
using System.Security.Cryptography;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>What is on a disk is changed behind the cluster's back.</summary>
public sealed class DamageTests(SharedCluster shared) : IClassFixture<SharedCluster>, IDisposable
{
    private static readonly string[] Texts = ["gate and a few other words than that", "and other words of another text"];

    private readonly MapReduceClient client = shared.Cluster.Connect(Patience.Limit);

    public void Dispose() => client.Dispose();

    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("deleted")]
    public async Task A_map_output_that_is_damaged_is_named_and_made_again(string how)
    {
        var job = await StartAsync("map", [string.Join('\n', Enumerable.Repeat("many words of one text", 500)), "gate"]);
        var made = await job.SucceedsAsync("s0-m00000-a0");
        Damage(job.MapOutputOf(made), how);

        var events = await job.EndAsync();
        var lost = Assert.Single(events, @event => @event.Event == "MapOutputLost");
        Assert.Equal("s0-m00000-a0", lost.Attempt);
        Assert.Contains("s0-m00000-a0", lost.Message, StringComparison.Ordinal);
        if (how == "flipped") Assert.Contains($"on the disk of {made.Node} is damaged", lost.Message, StringComparison.Ordinal);
        Assert.Contains(events, @event => @event is { Event: "AttemptSucceeded", Attempt: "s0-m00000-a1" });
        // The reducer is not to blame.
        Assert.All(await Quarantines(), Assert.False);
    }

    [Fact]
    public async Task A_package_that_is_damaged_on_one_node_is_fetched_from_another_and_one_that_is_damaged_everywhere_is_named()
    {
        var zip = Path.Combine(shared.Folder, "unique.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        await using (var entry = archive.CreateEntry("random").Open()) await entry.WriteAsync(RandomNumberGenerator.GetBytes(5000));
        var receipt = await client.UploadAsync(zip);
        Assert.Equal(3, receipt.Nodes.Count);
        var copies = receipt.Nodes.Select(address => Path.Combine(shared.Cluster.Nodes.Values.Single(node => node.Settings.HttpAddress == address).Settings.Folder, "blobs", receipt.Digest)).ToList();
        var request = new SubmitRequest { Package = receipt.Digest, Assembly = "none.dll", Output = shared.Place("out"), Attempts = 1 };

        Damage(copies[0], "flipped");
        using (var first = new MapReduceClient([new Uri(receipt.Nodes[0])], shared.Cluster.Token))
            Assert.Equal("failed", (await client.WaitAsync((await first.SubmitAsync(request)).Id)).Phase);
        Assert.Equal(receipt.Digest, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(copies[0]))));

        foreach (var node in shared.Cluster.Nodes.Values.Select(node => Path.Combine(node.Settings.Folder, "blobs", receipt.Digest)).Where(File.Exists)) Damage(node, "flipped");
        using (var last = new MapReduceClient([new Uri(receipt.Nodes[0])], shared.Cluster.Token))
        {
            var refused = await Assert.ThrowsAsync<ApiException>(() => last.SubmitAsync(request with { Output = shared.Place("out") }));
            Assert.Equal("no-package", refused.Code);
            Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("flipped", "has other bytes")]
    [InlineData("cut", "bytes, and had")]
    [InlineData("deleted", "is not there any more")]
    public async Task A_part_that_is_damaged_before_it_is_published_is_named_and_made_again(string how, string words)
    {
        var job = await StartAsync("reduce", Texts);
        var made = await job.SucceedsAsync("s0-r");
        Damage(job.FileOf(made.Attempt!), how);

        var events = await job.EndAsync();
        IsNamed(events, "PartDamaged", made, "'part-0000", words);
        var last = events.FindLastIndex(@event => @event.Event == "AttemptSucceeded");
        Assert.Equal(made.Attempt![..^1] + "1", events[last].Attempt);
        Assert.Equal(["CommitDecided", "JobPublished"], events[(last + 1)..].Select(@event => @event.Event));
        // Nothing else ran twice, and no node is to blame.
        Assert.Equal(2 + 2 + 1 + 1, events.Count(@event => @event.Event == "AttemptStarted"));
        Assert.All(await Quarantines(), Assert.False);
        Assert.Equal([Path.GetFileName(job.Output)], Directory.GetFileSystemEntries(Path.GetDirectoryName(job.Output)!).Select(Path.GetFileName));
        Assert.Equal(FindingKind.DamagedPart, (await client.DiagnoseAsync(job.Id)).Cause?.Kind);
    }

    [Fact]
    public async Task A_part_is_made_again_although_the_map_outputs_are_gone_that_nobody_needed_any_more()
    {
        var job = await StartAsync("reduce", Texts[..1]);
        var mapped = await job.SucceedsAsync("s0-m");
        var made = await job.SucceedsAsync("s0-r");
        // The reducer that waits has read its share.
        using (var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20)))
        using (var patience = new CancellationTokenSource(Patience.Limit))
            while (Directory.GetFiles(job.Gate, "entered-*").Length == 0) await pause.WaitForNextTickAsync(patience.Token);
        Damage(job.FileOf(made.Attempt!), "deleted");
        Damage(job.MapOutputOf(mapped), "deleted");

        var events = await job.EndAsync();
        Assert.Equal(["PartDamaged", "MapOutputLost"], events.Where(@event => @event.Event is "PartDamaged" or "MapOutputLost").Select(@event => @event.Event));
    }

    [Theory]
    [InlineData("flipped", "is damaged")]
    [InlineData("cut", "is damaged")]
    [InlineData("deleted", "is not there any more")]
    public async Task A_dataset_that_is_damaged_between_two_stages_is_named_and_made_again(string how, string words)
    {
        var job = await StartAsync("reduce", Texts, "--later", "1");
        var made = await job.SucceedsAsync("s0-r");
        var dataset = job.FileOf($"dataset-*-{made.Attempt}");
        Damage(dataset, how);

        var events = await job.EndAsync();
        var damaged = IsNamed(events, "DatasetDamaged", made, $"The file that {made.Attempt} made for later stages {words}", Path.GetFileName(dataset));
        // It is made once more, and whoever could not read it is not to blame, nor is its node.
        Assert.Equal(made.Attempt![..^1] + "1", Assert.Single(events, @event => @event.Event == "AttemptSucceeded" && @event.Revision > damaged.Revision && @event.Attempt!.StartsWith("s0", StringComparison.Ordinal)).Attempt);
        Assert.All(events.Where(@event => @event.Event == "AttemptFailed"), failed => Assert.Equal("FetchFailed", failed.Reason));
        Assert.All(await Quarantines(), Assert.False);
        Assert.Equal(FindingKind.DamagedDataset, (await client.DiagnoseAsync(job.Id)).Cause?.Kind);
    }

    private Task<GatedJob> StartAsync(string phase, string[] texts, params string[] arguments) => GatedJob.StartAsync(shared, client, phase, texts, arguments);

    /// <summary>Looks that one event names who made what is damaged, and where, and in doubt the network.</summary>
    private static JobEventDetails IsNamed(List<JobEventDetails> events, string kind, JobEventDetails made, params string[] words)
    {
        var damaged = Assert.Single(events, @event => @event.Event == kind);
        Assert.Equal((made.Attempt, made.Node), (damaged.Attempt, damaged.Node));
        Assert.All(words.Append("network"), word => Assert.Contains(word, damaged.Message, StringComparison.Ordinal));
        return damaged;
    }

    private async Task<IEnumerable<bool>> Quarantines() => (await client.NodesAsync()).Nodes.Select(node => node.Quarantined);

    private static void Damage(string path, string how)
    {
        if (how == "deleted")
        {
            File.Delete(path);
            return;
        }
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        if (how == "cut")
        {
            file.SetLength(file.Length / 2);
            return;
        }
        file.Position = Math.Min(40, file.Length / 2);
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 0x40));
    }
}
