using MapReduce.Cluster.Tests;

namespace MapReduce.Soak;

/// <summary>Cuts five machines into two and three and mends them, every two seconds for a minute, while a job runs, and compares its result with that of one process.</summary>
internal static class FlappingSoak
{
    private const int Nodes = 5;

    public static async Task<Outcome> RunAsync(int minutes)
    {
        if (Network.Missing is { } missing)
        {
            return new Outcome(missing, "root and network namespaces", false);
        }
        // As lan.conf is, two seconds are too short to be noticed.
        var (patient, _) = await RunAsync("patient", minutes);
        var (impatient, lost) = await RunAsync("impatient", minutes, "akka.cluster.failure-detector.heartbeat-interval = 200ms",
            "akka.cluster.failure-detector.acceptable-heartbeat-pause = 400ms", "akka.cluster.split-brain-resolver.stable-after = 400ms", "akka.cluster.gossip-interval = 200ms", "akka.cluster.unreachable-nodes-reaper-interval = 200ms");
        return new Outcome($"{patient} of {minutes} minutes exact with patient nodes, {impatient} of {minutes} with impatient ones, which lost {lost} attempts", "all exact, attempts lost", patient == minutes && impatient == minutes && lost > 0);
    }

    private static async Task<(int Exact, int Lost)> RunAsync(string kind, int minutes, params string[] settings)
    {
        using var cluster = new NetworkCluster(Nodes, settings);
        await cluster.AwaitMembersAsync(Nodes);
        var words = new Words(Path.GetDirectoryName(cluster["text"])!, lines: 600_000, split: 500_000, partitions: 5);
        var (exact, lost) = (0, 0);
        for (var minute = 1; minute <= minutes; minute++)
        {
            var output = cluster[$"out-{minute}"];
            var (code, job, error) = Mr.Run(["submit", Words.Job, "--detach", .. cluster.Arguments, "--output", output, .. words.Arguments]);
            if (code != 0) throw new InvalidOperationException(error);
            // Each time another two are cut off, so that in time it is the master, too.
            int[] minority = [minute % Nodes + 1, (minute + 1) % Nodes + 1];
            await cluster.Network.FlapAsync([minority, [.. Enumerable.Range(1, Nodes).Except(minority)]], TimeSpan.FromMinutes(1));
            var details = await cluster.Client.WaitAsync(job.Trim());
            var wrong = details.Phase != "succeeded" ? $"{details.Phase}: {details.Failure?.Message}" : words.Difference(output, details.Counters);
            await cluster.AwaitMembersAsync(Nodes);
            if (wrong is null) exact++;
            lost += details.LostAttempts;
            Console.WriteLine($"{kind} nodes, minute {minute}: {wrong ?? "exact"}; {details.LostAttempts} attempts lost, epoch {details.Epoch}, all {Nodes} nodes are members of one cluster");
            if (wrong is null) Directory.Delete(output, recursive: true);
        }
        return (exact, lost);
    }
}
