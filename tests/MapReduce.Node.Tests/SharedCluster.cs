using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>A cluster for all tests of a class, and what they ask it.</summary>
public class SharedCluster : IAsyncLifetime
{
    /// <summary>All segments travel over HTTP; an attempt that stands at a gate is no straggler to be helped; parts are compared with their hashes.</summary>
    private const string Settings = """
        mapreduce.shuffle.short-circuit = off
        mapreduce.master.speculation-minimum = 10m
        mapreduce.master.check-parts = hash
        """;

    private int outputs;

    /// <summary>How many nodes there are.</summary>
    public int Size { get; init; } = 3;

    /// <summary>Further settings.</summary>
    protected virtual string More => "";

    public string Folder { get; } = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

    public MiniCluster Cluster { get; private set; } = null!;

    /// <summary>The folder of all nodes.</summary>
    public string Nodes => Path.Combine(Folder, "cluster");

    public async Task InitializeAsync() => Cluster = await MiniCluster.StartAsync(Size, Nodes, Settings + TestProgram.Settings + More);

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A new place below the folder, whose parent is there.</summary>
    public string Place(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, $"{name}-{++outputs}")).FullName, name);

    /// <summary>A new folder of texts, each a split of its own: empty lines make all as long as the longest.</summary>
    public string Texts(params IReadOnlyList<string> texts)
    {
        var folder = Directory.CreateDirectory(Place("texts")).FullName;
        var longest = texts.Max(text => text.Length);
        for (var text = 0; text < texts.Count; text++) File.WriteAllText(Path.Combine(folder, $"{text:000}.txt"), texts[text].PadRight(longest, '\n'));
        return folder;
    }

    /// <summary>How often each word is in a folder of texts.</summary>
    public static Dictionary<string, long> WordsOf(string texts)
        => Directory.GetFiles(texts).SelectMany(File.ReadAllLines).SelectMany(line => line.Split(' ')).CountBy(word => word).ToDictionary(word => word.Key, word => (long)word.Value);

    /// <summary>Submits a job of the test jobs that waits at a gate.</summary>
    public Task<string> SubmitAsync(MapReduceClient client, string jobClass, string texts, string gate, string output, string phase = "reduce", Func<SubmitRequest, SubmitRequest>? with = null)
        => client.SubmitAsync("MapReduce.TestJobs", Folder, request =>
        {
            var made = request with { JobClass = jobClass, Inputs = [texts], SplitBytes = new FileInfo(Directory.GetFiles(texts)[0]).Length, Partitions = 2, Output = output, Arguments = ["--phase", phase, "--gate", gate] };
            return with is null ? made : with(made);
        });

    /// <summary>The first event that is wanted.</summary>
    public static async Task<JobEventDetails> AwaitAsync(MapReduceClient client, string job, Func<JobEventDetails, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await foreach (var @event in client.WatchAsync(job, cancellation: patience.Token))
            if (wanted(@event)) return @event;
        throw new InvalidOperationException("The job has ended without that event.");
    }

    /// <summary>All events of a job that has ended.</summary>
    public static async Task<List<JobEventDetails>> EventsAsync(MapReduceClient client, string job)
    {
        var events = new List<JobEventDetails>();
        await foreach (var @event in client.WatchAsync(job)) events.Add(@event);
        return events;
    }

    /// <summary>What an output says of each word.</summary>
    public static Dictionary<string, long> Counts(string output)
        => Directory.GetFiles(output, "part-*").SelectMany(File.ReadAllLines).Select(line => line.Split('\t')).ToDictionary(row => row[0], row => long.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture));
}
