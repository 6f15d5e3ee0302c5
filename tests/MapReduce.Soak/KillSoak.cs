using MapReduce.Cluster.Tests;

namespace MapReduce.Soak;

/// <summary>Kills nodes, executors and masters at random moments while jobs run, and compares each result with that of one process.</summary>
internal static class KillSoak
{
    private const int KillsOfJob = 4;
    private const int LongestPause = 1000;

    public static async Task<Outcome> RunAsync(int kills)
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var cluster = new RealCluster();
        var words = new Words(Path.GetDirectoryName(cluster.State)!, lines: 600_000, split: 1_000_000, partitions: 6);
        var done = new Dictionary<string, int> { ["node"] = 0, ["executor"] = 0, ["master"] = 0 };
        var (jobs, exact) = (0, 0);
        for (var number = 1; done.Values.Sum() < kills; number++)
        {
            var output = cluster[$"out-{number}"];
            var job = cluster.Submit([Words.Job, "--output", output, .. words.Arguments]);
            for (var kill = 0; kill < KillsOfJob && done.Values.Sum() < kills; kill++)
            {
                await Task.Delay(random.Next(LongestPause));
                if ((await cluster.Client.JobAsync(job)).Ended is not null) break;
                if (await KillAsync(cluster, random) is { } what) done[what]++;
            }
            var details = await cluster.Client.WaitAsync(job);
            var wrong = details.Phase != "succeeded" ? $"{details.Phase}: {details.Failure?.Message}" : words.Difference(output, details.Counters);
            wrong ??= Directory.GetDirectories(Path.GetDirectoryName(output)!, ".out-*").Length > 0 ? "staging is left" : null;
            jobs++;
            if (wrong is null) exact++;
            Console.WriteLine($"job {number}: {wrong ?? "exact"}; killed so far {string.Join(", ", done.Select(kind => $"{kind.Value} {kind.Key}s"))}");
            if (wrong is null) Directory.Delete(output, recursive: true);
        }
        // An executor ends by itself, a moment after its node.
        await cluster.AwaitOrphansEndAsync();
        await cluster.AwaitNoFoldersOfExecutorsAsync();
        return new Outcome($"{done.Values.Sum()} kills, {exact} of {jobs} jobs exact", "every job exact", exact == jobs);
    }

    /// <summary>Kills something, and starts again what does not come back by itself.</summary>
    /// <returns>What was killed; null where nothing was there to be killed.</returns>
    private static async Task<string?> KillAsync(RealCluster cluster, Random random)
    {
        var nodes = cluster.Nodes.Keys.Order(StringComparer.Ordinal).ToList();
        var node = nodes[random.Next(nodes.Count)];
        if (random.Next(3) == 0)
        {
            var executors = RealCluster.ChildrenOf(cluster.Nodes[node]);
            if (executors.Count == 0) return null;
            RealCluster.KillProcess(executors[random.Next(executors.Count)]);
            return "executor";
        }
        var master = await cluster.MasterAsync();
        if (random.Next(2) == 0) node = master;
        cluster.KillNode(node);
        cluster.Restart();
        return node == master ? "master" : "node";
    }
}
