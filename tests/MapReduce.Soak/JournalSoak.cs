using System.Diagnostics;
using System.Globalization;
using MapReduce.Cluster.Tests;
using MapReduce.Postgres.Tests;

namespace MapReduce.Soak;

/// <summary>Takes the database of the journal away while a job runs, and gives it back.</summary>
internal static class JournalSoak
{
    private const int Rounds = 3;

    public static async Task<Outcome> RunAsync(int seconds)
    {
        using var server = new PostgresServer();
        using var cluster = new RealCluster(3, "journal.provider=postgresql", $"journal.connection=\"{server.ConnectionString}\"");
        var words = new Words(Path.GetDirectoryName(cluster.State)!, lines: 400_000, split: 1_000_000, partitions: 6);
        var (exact, longest) = (0, 0.0);
        for (var round = 1; round <= Rounds; round++)
        {
            var output = cluster[$"out-{round}"];
            var job = cluster.Submit([Words.Job, "--output", output, .. words.Arguments]);
            await cluster.AwaitAsync(job, @event => @event.Event == "AttemptSucceeded");
            var known = await cluster.EventsAsync(job);
            server.Stop();
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            server.Start();
            var back = Stopwatch.StartNew();
            var details = await cluster.Client.WaitAsync(job);
            var wrong = details.Phase != "succeeded" ? $"{details.Phase}: {details.Failure?.Message}" : words.Difference(output, details.Counters);
            if (wrong is null && !(await cluster.EventsAsync(job)).Take(known.Count).SequenceEqual(known)) wrong = "events are lost";
            Console.WriteLine($"round {round}: the journal was away for {seconds} s; the job ended {back.Elapsed.TotalSeconds:0.0} s after it came back: {wrong ?? "exact"}");
            if (wrong is null) exact++;
            longest = Math.Max(longest, back.Elapsed.TotalSeconds);
            await cluster.AwaitNodesAsync(3);
        }
        return new Outcome(string.Create(CultureInfo.InvariantCulture, $"away for {seconds} s: {exact} of {Rounds} jobs exact, the last one ended {longest:0.0} s after it was back at the latest"), "all exact", exact == Rounds);
    }
}
