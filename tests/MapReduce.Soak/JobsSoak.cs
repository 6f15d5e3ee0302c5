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
        var early = new List<TimeSpan>();
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
        var recovery = await ReplaceMastersAsync(cluster, jobs);
        var before = first!.Value;
        var isFlat = last.MebiBytes < before.MebiBytes * Tolerance && last.Handles < before.Handles * Tolerance && last.Threads < before.Threads * Tolerance && last.Files <= before.Files * Tolerance;
        var (medianBefore, medianAfter, longest) = (Median(early), Median(recovery), early.Concat(recovery).Max());
        isFlat &= medianAfter < medianBefore * Tolerance;
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{jobs} jobs: {before.MebiBytes} to {last.MebiBytes} MiB, {before.Handles} to {last.Handles} handles, {before.Threads} to {last.Threads} threads, {before.Files} to {last.Files} files; another master after {medianBefore.TotalSeconds:0.0} and {medianAfter.TotalSeconds:0.0} s (medians of {Masters}), within {longest.TotalSeconds:0.0} s"),
            string.Create(CultureInfo.InvariantCulture, $"flat; {LongestOfMaster.TotalSeconds} s"),
            isFlat && longest < LongestOfMaster);
    }

    private static async Task<List<TimeSpan>> ReplaceMastersAsync(RealCluster cluster, int jobs)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Masters; i++) times.Add(await ReplaceMasterAsync(cluster));
        Console.WriteLine($"With {jobs} jobs in the journal another master reigns after {string.Join(", ", times.Select(time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}")))} s.");
        return times;
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task<TimeSpan> ReplaceMasterAsync(RealCluster cluster)
    {
        var before = await cluster.Client.NodesAsync();
        var watch = Stopwatch.StartNew();
        cluster.KillNode(before.Master);
        while ((await cluster.Client.NodesAsync()).Epoch == before.Epoch)
        {
        }
        watch.Stop();
        cluster.Heal();
        return watch.Elapsed;
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

    private readonly record struct Use(long MebiBytes, int Handles, int Threads, int Files);
}
