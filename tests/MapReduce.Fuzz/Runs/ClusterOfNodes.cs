using System.IO.Compression;
using MapReduce.Api;
using MapReduce.Coordination;
using MapReduce.Engine;
using MapReduce.Fuzz.Cases;
using MapReduce.FuzzJobs;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Node;

namespace MapReduce.Fuzz.Runs;

/// <summary>Runs jobs on a cluster of three nodes in this process, whose executors are processes of their own.</summary>
internal sealed class ClusterOfNodes : IRunner, IDisposable
{
    private const int Nodes = 3;

    /// <summary>All segments travel over HTTP, and every byte of a part is compared before the commit.</summary>
    private const string Settings = """
        mapreduce.shuffle.short-circuit = off
        mapreduce.master.check-parts = hash
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-fuzz-").FullName;
    private readonly MiniCluster cluster;
    private readonly MapReduceClient client;
    private readonly string package;

    public ClusterOfNodes()
    {
        cluster = MiniCluster.StartAsync(Nodes, Path.Combine(folder, "cluster"), Settings + TestProgram.Settings).GetAwaiter().GetResult();
        client = cluster.Connect(Patience.Limit);
        package = UploadAsync().GetAwaiter().GetResult();
    }

    /// <summary>The store is one of this process.</summary>
    public bool Takes(Case of) => of.Channels.All(channel => channel.Outputs.All(output => output.Format != RowFormat.Store));

    public Observation Run(Workplace place) => RunAsync(place).GetAwaiter().GetResult();

    public void Dispose()
    {
        client.Dispose();
        cluster.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<Observation> RunAsync(Workplace place)
    {
        var settings = place.Settings;
        var sides = new Dictionary<string, string>();
        if (place.Job.SideFile is { } side) sides.Add(side, (await client.UploadFileAsync(side)).Digest);
        var receipt = await client.SubmitAsync(new SubmitRequest
        {
            Package = package,
            Assembly = $"{typeof(PlannedJob).Assembly.GetName().Name}.dll",
            Inputs = place.Inputs.Paths,
            Output = place.Output,
            Arguments = ["--plan", place.Job.Write()],
            SideFiles = sides,
            Attempts = settings.Attempts,
            Memory = settings.MemoryOfSlot / 2,
            SplitBytes = settings.SplitBytes,
            Partitions = settings.Partitions,
            Compression = settings.Compression switch
            {
                BlockCompression.Lz4 => "lz4",
                BlockCompression.Zstandard => "zstd",
                _ => "none",
            },
            SkipBadRecords = settings.SkipBadRecords,
            Durable = settings.Durable,
            Overwrite = settings.Overwrite,
        });
        using var patience = new CancellationTokenSource(Patience.Limit);
        var job = await client.WaitAsync(receipt.Id, patience.Token);
        if (job.Failure is { } failure) return new Observation(ErrorOf(failure.Reason), failure.Message) { Left = place.Left(succeeded: false) };
        return PublishedOutput.Read(new Observation(null, "") { InputRecords = job.InputRecords, Left = place.Left(succeeded: true) }, place.Output, place.Store, place.Inputs);
    }

    private async Task<string> UploadAsync()
    {
        var archive = Path.Combine(folder, "job.zip");
        var built = Path.Combine(Checkout.Root, "tests", typeof(PlannedJob).Assembly.GetName().Name!, "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0");
        ZipFile.CreateFromDirectory(built, archive, CompressionLevel.Fastest, includeBaseDirectory: false);
        return (await client.UploadAsync(archive)).Digest;
    }

    /// <summary>The engine's word for a reason, where it is the engine's.</summary>
    private static EngineError ErrorOf(string reason) => Enum.TryParse<EngineError>(reason, out var error) ? error : Enum.TryParse<FailureReason>(reason, out _) ? EngineError.Storage : throw new InvalidOperationException($"What is {reason}?");
}
