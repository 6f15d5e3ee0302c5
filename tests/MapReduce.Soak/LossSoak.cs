using System.Globalization;
using MapReduce.Api;
using MapReduce.Cluster.Tests;

namespace MapReduce.Soak;

/// <summary>Kills the node of a running attempt and the master's in turn, and measures how long it takes until the work goes on. For a machine that does nothing else.</summary>
internal static class LossSoak
{
    private static readonly TimeSpan LongestOfWorker = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongestOfMaster = TimeSpan.FromSeconds(8);

    public static async Task<Outcome> RunAsync(int losses)
    {
        using var cluster = new RealCluster(3, "master.speculation-minimum=10m");
        var text = Gate.Text(cluster, "in", lines: 400);
        var (workers, masters) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var number = 1; number <= losses; number++)
        {
            cluster.Heal();
            var gate = Directory.CreateDirectory(cluster[$"gate-{number}"]).FullName;
            var job = cluster.Submit(Mr.Job("MapReduce.TestJobs"), "--job", "Gated", "--input", text, "--output", cluster[$"out-{number}"], "--split", "1000", "--partitions", "4", "--", "--phase", "map", "--gate", gate);
            await Gate.EnteredAsync(gate);
            var held = await Gate.HeldAttemptAsync(job, "map", cluster);
            var master = await cluster.MasterAsync();
            var last = (await cluster.EventsAsync(job))[^1].Revision;
            var isMaster = number % 2 == 0 || held.Node == master;
            var killed = DateTimeOffset.UtcNow;
            cluster.KillNode(isMaster ? master : held.Node!);
            File.WriteAllText(Path.Combine(gate, "open"), "");
            // A new reign is not enough: a task has to begin or to end under it.
            if (isMaster) last = (await cluster.AwaitAsync(job, @event => @event.Revision > last && @event.Event == "EpochClaimed")).Revision;
            var goesOn = await cluster.AwaitAsync(job, @event => @event.Revision > last && (isMaster ? @event.Event is "AttemptStarted" or "AttemptSucceeded" : IsAgain(@event, held)));
            (isMaster ? masters : workers).Add(goesOn.At - killed);
            var details = await cluster.Client.WaitAsync(job);
            if (details.Phase != "succeeded") throw new InvalidOperationException($"The job ended as {details.Phase}: {details.Failure?.Message}");
        }
        return new Outcome($"work goes on after {Tell(workers)} s ({workers.Count} losses of the worker's node) and {Tell(masters)} s ({masters.Count} of the master's)",
            string.Create(CultureInfo.InvariantCulture, $"within {LongestOfWorker.TotalSeconds:0} and {LongestOfMaster.TotalSeconds:0} s"), workers.Max() <= LongestOfWorker && masters.Max() <= LongestOfMaster);
    }

    private static bool IsAgain(JobEventDetails @event, JobEventDetails held)
        => @event.Event == "AttemptStarted" && @event.Attempt![..@event.Attempt!.LastIndexOf('-')] == held.Attempt![..held.Attempt!.LastIndexOf('-')];

    private static string Tell(List<TimeSpan> times)
        => string.Create(CultureInfo.InvariantCulture, $"{times.Min().TotalSeconds:0.0} to {times.Max().TotalSeconds:0.0}, median {times.Order().ElementAt(times.Count / 2).TotalSeconds:0.0}");
}
