using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>What no later stage needs goes from the shared storage and from the nodes while a job runs.</summary>
public sealed class FreedTests(SharedCluster shared) : IClassFixture<SharedCluster>, IDisposable
{
    private readonly MapReduceClient client = shared.Cluster.Connect(Patience.Limit);

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_job_of_many_stages_holds_what_the_last_two_have_made()
    {
        var job = await GatedJob.StartAsync(shared, client, "later", ["gate and a few other words than that", "and other words of another text"], ["--later", "4"]);
        await SharedCluster.AwaitAsync(client, job.Id, @event => @event.Event == "AttemptStarted" && @event.Attempt!.StartsWith("s4-m", StringComparison.Ordinal));
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!Stages(Path.GetDirectoryName(job.Output)!, "dataset-").SequenceEqual(["2", "3"]) || Directory.GetFiles(job.Gate, "entered-*").Length == 0) await pause.WaitForNextTickAsync(patience.Token);
        // A node lets its map outputs go when it is granted the next attempt.
        var node = (await client.TasksAsync(job.Id)).Tasks.First(task => task.State == "running").Node!;
        Assert.All(Stages(Path.Combine(shared.Nodes, node, "jobs", job.Id, "outputs"), "map-s"), stage => Assert.Contains(stage, (string[])["3", "4"]));

        var events = await job.EndAsync();
        Assert.DoesNotContain(events, @event => @event.Event is "MapOutputLost" or "DatasetDamaged" or "AttemptFailed");
    }

    /// <summary>The stages of which there are files, in order.</summary>
    private static IEnumerable<string> Stages(string folder, string prefix)
        => Directory.GetFiles(folder, $"{prefix}*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(file => Path.GetFileName(file)[prefix.Length..].Split('-')[0]).Distinct().Order(StringComparer.Ordinal);
}
