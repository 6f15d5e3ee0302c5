using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>A job that counts words and waits at a gate, where a test may harm what it has made so far.</summary>
internal sealed record GatedJob(SharedCluster Shared, MapReduceClient Client, string Id, string Texts, string Gate, string Output)
{
    /// <summary>Submits one whose tasks of a kind wait.</summary>
    public static async Task<GatedJob> StartAsync(SharedCluster shared, MapReduceClient client, string phase, string[] texts, string[] arguments)
    {
        var gate = Directory.CreateDirectory(shared.Place("gate")).FullName;
        var output = shared.Place("out");
        var folder = shared.Texts(texts);
        var id = await shared.SubmitAsync(client, "Gated", folder, gate, output, phase, request => request with { Arguments = [.. request.Arguments, .. arguments] });
        return new GatedJob(shared, client, id, folder, gate, output);
    }

    /// <summary>Waits for the first attempt to succeed whose name begins so.</summary>
    public Task<JobEventDetails> SucceedsAsync(string attempt)
        => SharedCluster.AwaitAsync(Client, Id, @event => @event.Event == "AttemptSucceeded" && @event.Attempt!.StartsWith(attempt, StringComparison.Ordinal));

    /// <summary>The file for all reducers that a map attempt has left on its node.</summary>
    public string MapOutputOf(JobEventDetails made) => Path.Combine(Shared.Nodes, made.Node!, "jobs", Id, "outputs", $"map-{made.Attempt}");

    /// <summary>The private file whose name begins so, wherever it is staged.</summary>
    public string FileOf(string attempt)
        => Directory.GetFiles(Path.GetDirectoryName(Output)!, $"{attempt}*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).Single(file => new FileInfo(file).Length > 0);

    /// <summary>Opens the gate, sees that the result is exact, and gives all events.</summary>
    public async Task<List<JobEventDetails>> EndAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(Gate, "open"), "");
        var job = await Client.WaitAsync(Id);
        Assert.Equal((null, "succeeded"), (job.Failure?.Message, job.Phase));
        var words = SharedCluster.WordsOf(Texts);
        Assert.Equal(words, SharedCluster.Counts(Output));
        Assert.Equal(words.Values.Sum(), job.Counters["words"]);
        return await SharedCluster.EventsAsync(Client, Id);
    }
}
