using System.Diagnostics;
using System.Globalization;
using MapReduce.Cluster.Tests;

namespace MapReduce.Soak;

/// <summary>A shuffle of very many segments, all fetched over HTTP.</summary>
internal static class ShuffleSoak
{
    private const int Reduces = 200;
    private const int BytesOfMap = 20_000;
    private const int BytesOfLine = 72;

    public static async Task<Outcome> RunAsync(int maps)
    {
        using var cluster = new RealCluster(3, "shuffle.short-circuit=off");
        var words = new Words(Path.GetDirectoryName(cluster.State)!, lines: maps * BytesOfMap / BytesOfLine, split: BytesOfMap, partitions: Reduces);
        var watch = Stopwatch.StartNew();
        var job = cluster.Submit([Words.Job, "--output", cluster["out"], .. words.Arguments]);
        var details = await cluster.Client.WaitAsync(job);
        var wrong = details.Phase != "succeeded" ? details.Failure?.Message : words.Difference(cluster["out"], details.Counters);
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{details.Stages[0].Maps} maps, {details.Stages[0].Reduces} reduces, {details.LostAttempts + details.FailedAttempts} attempts failed or lost, {watch.Elapsed.TotalSeconds:0.0} s: {wrong ?? "exact"}"),
            "exact",
            wrong is null);
    }
}
