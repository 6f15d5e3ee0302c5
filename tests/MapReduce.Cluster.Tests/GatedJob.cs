using System.Globalization;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>What has to hold for the job <c>Gated</c> over the text of <see cref="Gate.Text"/>, whoever was killed while it ran.</summary>
internal static class GatedJob
{
    public static string TaskOf(JobEventDetails @event) => @event.Attempt![..@event.Attempt!.LastIndexOf('-')];

    /// <summary>Waits for the end: output and counters are exact, and nothing is left, neither files nor executors.</summary>
    public static async Task AssertExactAsync(RealCluster cluster, string job, string output, int lines, int fillers = 0)
    {
        var details = await cluster.Client.WaitAsync(job);
        Assert.Equal((null, "succeeded"), (details.Failure?.Message, details.Phase));
        var counts = Directory.GetFiles(output, "part-*").SelectMany(File.ReadAllLines).Select(line => line.Split('\t')).ToDictionary(row => row[0], row => int.Parse(row[1], CultureInfo.InvariantCulture));
        Assert.Equal(53 + fillers, counts.Count);
        Assert.Equal((1, lines - 1, lines - 1), (counts["gate"], counts["of"], counts["line"]));
        Assert.Equal(lines - 1, counts.Where(word => word.Key.StartsWith("word", StringComparison.Ordinal)).Sum(word => word.Value));
        Assert.Equal((3 * (lines - 1)) + 1, details.Counters["words"]);
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(output)!, ".out.mr-*"));
        // What the tasks have made on the nodes goes a little later, when each hears of the end.
        await RealCluster.UntilAsync(() => Task.FromResult(cluster.Running.All(node => !Directory.Exists(Path.Combine(cluster.State, node, "jobs", job)))));
        await cluster.AwaitOrphansEndAsync();
        await cluster.AwaitNoFoldersOfExecutorsAsync();
    }

    /// <summary>Tasks that had ended well are not done again, but for maps whose outputs went with their nodes: those that were killed, and those that a busy machine has lost as well.</summary>
    public static void AssertOnlyLostWorkIsDoneAgain(List<JobEventDetails> before, List<JobEventDetails> after, params string?[] gone)
    {
        var finished = before.Where(@event => @event.Event == "AttemptSucceeded" && (!gone.Contains(@event.Node) || @event.Attempt!.Contains("-r", StringComparison.Ordinal))).Select(TaskOf).ToHashSet();
        var since = after.Where(@event => @event.Revision > before[^1].Revision).ToList();
        finished.ExceptWith(since.Where(@event => @event.IsLossOfNode).Select(TaskOf));
        var again = since.Where(@event => @event.Event == "AttemptStarted").Select(TaskOf);
        Assert.DoesNotContain(again, finished.Contains);
    }
}
