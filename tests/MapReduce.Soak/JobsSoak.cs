using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using MapReduce.Api;
using MapReduce.Cluster.Tests;

namespace MapReduce.Soak;

/// <summary>Runs many small jobs on one cluster and looks at what the nodes use.</summary>
internal static class JobsSoak
{
    private const int Samples = 10;
    private const double Tolerance = 1.25;
    private const int Masters = 5;
    private const int MostRecords = 500;
    private static readonly TimeSpan LongestOfMaster = TimeSpan.FromSeconds(8);

    public static async Task<Outcome> RunAsync(int jobs)
    {
        using var cluster = new RealCluster();
        var input = cluster.Write("in", "a b c\n");
        var package = cluster["package.zip"];
        ZipFile.CreateFromDirectory(Path.GetDirectoryName(Mr.Job("WordCount"))!, package);
        var digest = (await cluster.Client.UploadAsync(package)).Digest;
        var times = new List<double>();
        Use? first = null;
        var last = default(Use);
        var early = new List<Change>();
        for (var number = 1; number <= jobs; number++)
        {
            var watch = Stopwatch.GetTimestamp();
            var receipt = await cluster.Client.SubmitAsync(new SubmitRequest { Package = digest, Assembly = "WordCount.dll", Inputs = [input], Output = cluster["out"], Overwrite = true });
            var details = await cluster.Client.WaitAsync(receipt.Id);
            if (details.Phase != "succeeded") throw new InvalidOperationException($"Job {number} ended as {details.Phase}: {details.Failure?.Message}");
            times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            if (number % (jobs / Samples) != 0) continue;
            last = Look(cluster);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number} jobs: {times.Order().ElementAt(times.Count / 2):0} ms a job, {last.MebiBytes} MiB, {last.Handles} handles, {last.Threads} threads, {last.Files} files beside logs and blobs"));
            times.Clear();
            // The first tenth is warming up.
            if (early.Count == 0) early = await ReplaceMastersAsync(cluster, number);
            if (number >= 2 * jobs / Samples) first ??= last;
        }
        var late = await ReplaceMastersAsync(cluster, jobs);
        var before = first!.Value;
        var isFlat = last.MebiBytes < before.MebiBytes * Tolerance && last.Handles < before.Handles * Tolerance && last.Threads < before.Threads * Tolerance && last.Files <= before.Files * Tolerance;
        var changes = early.Concat(late).ToList();
        var (longest, records) = (changes.Max(change => change.Total), changes.Max(change => change.Reign.Records));
        // What is within what masters of few jobs took is none of the jobs' doing.
        var recovery = Median(late);
        isFlat &= records < MostRecords && (recovery < Median(early) * Tolerance || recovery <= early.Max(change => change.Reign.Recovery));
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{jobs} jobs: {before.MebiBytes} to {last.MebiBytes} MiB, {before.Handles} to {last.Handles} handles, {before.Threads} to {last.Threads} threads, {before.Files} to {last.Files} files; recovery {Say(early)} ms with {jobs / Samples} jobs and {Say(late)} ms with {jobs} (medians of {Masters}), of {records} records at most; another master within {longest.TotalSeconds:0.0} s"),
            string.Create(CultureInfo.InvariantCulture, $"flat, below {MostRecords} records; {LongestOfMaster.TotalSeconds} s"),
            isFlat && longest < LongestOfMaster);
    }

    private static async Task<List<Change>> ReplaceMastersAsync(RealCluster cluster, int jobs)
    {
        var changes = new List<Change>();
        for (var i = 0; i < Masters; i++) changes.Add(await ReplaceMasterAsync(cluster));
        Console.WriteLine($"With {jobs} jobs in the journal another master reigns after {string.Join(", ", changes.Select(change => string.Create(CultureInfo.InvariantCulture, $"{change.Total.TotalSeconds:0.0} s (recovery {change.Reign.Recovery.TotalMilliseconds:0} ms, {change.Reign.Records} records)")))}.");
        return changes;
    }

    private static TimeSpan Median(List<Change> changes) => changes.Select(change => change.Reign.Recovery).Order().ElementAt(changes.Count / 2);

    private static string Say(List<Change> changes)
        => string.Create(CultureInfo.InvariantCulture, $"{Median(changes).TotalMilliseconds:0} ({changes.Min(change => change.Reign.Recovery).TotalMilliseconds:0} to {changes.Max(change => change.Reign.Recovery).TotalMilliseconds:0})");

    private static async Task<Change> ReplaceMasterAsync(RealCluster cluster)
    {
        var before = await cluster.Client.NodesAsync();
        var killed = DateTime.Now;
        cluster.KillNode(before.Master);
        while ((await cluster.Client.NodesAsync()).Epoch == before.Epoch)
        {
        }
        cluster.Heal();
        // By the log: whoever asks while no master is there is answered seconds after one is.
        var reign = cluster.Nodes.Keys.SelectMany(node => Reign.Of(cluster.LogOf(node))).Where(reign => reign.Epoch > before.Epoch).MinBy(reign => reign.Epoch);
        return new Change(reign.At - killed, reign);
    }

    private static Use Look(RealCluster cluster)
    {
        var use = default(Use);
        foreach (var id in cluster.Nodes.Values)
        {
            using var process = Process.GetProcessById(id);
            use = use with { MebiBytes = use.MebiBytes + (process.WorkingSet64 >> 20), Handles = use.Handles + Directory.GetFiles($"/proc/{id}/fd").Length, Threads = use.Threads + process.Threads.Count };
        }
        var files = Directory.EnumerateFiles(cluster.State, "*", SearchOption.AllDirectories).Count(file => !file.Contains("/logs/", StringComparison.Ordinal) && !file.Contains("/blobs/", StringComparison.Ordinal));
        return use with { Files = files + Directory.GetFileSystemEntries(Path.GetTempPath(), "mr-*").Length };
    }

    private readonly record struct Change(TimeSpan Total, Reign Reign);

    private readonly record struct Use(long MebiBytes, int Handles, int Threads, int Files);
}
