using System.Diagnostics;
using System.Globalization;
using MapReduce.Cluster.Tests;
using MapReduce.Postgres.Tests;

namespace MapReduce.Soak;

/// <summary>Kills the PostgreSQL server that holds the journal and the table of a job, around prepare and commit, and promotes its synchronous standby.</summary>
internal static class FailoverSoak
{
    private const int Partitions = 12;
    private const int Rows = 3000;

    public static async Task<Outcome> RunAsync(int rounds)
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var primary = new PostgresServer("commit_delay=5000", "commit_siblings=0");
        PostgresServer? standby = null;
        // Nodes keep the address that they have been given, as where a name or an address moves with the server.
        using var relay = new Relay(primary.Port);
        Environment.SetEnvironmentVariable("MAPREDUCE_CONNECTION_WAREHOUSE", primary.ConnectionStringAt(relay.Port));
        try
        {
            primary.Execute("CREATE TABLE soaked (number bigint PRIMARY KEY, word text)");
            using var cluster = new RealCluster(3, "journal.provider=postgresql", $"journal.connection=\"{primary.ConnectionStringAt(relay.Port)}\"", "master.recover-interval=500ms");
            var (agreed, longest) = (0, 0.0);
            for (var round = 1; round <= rounds; round++)
            {
                standby = primary.StartStandby();
                primary.Execute("TRUNCATE soaked");
                var output = cluster[$"out-{round}"];
                var job = cluster.Submit([Mr.Job("MapReduce.PostgresJobs"), "--job", "NumbersToTable", "--output", output, "--attempts", "20", "--", "--table", "soaked", "--count", $"{Rows}", "--partitions", $"{Partitions}"]);
                var wanted = random.Next(2 * Partitions);
                var (prepared, committed) = await MomentAsync(primary, job, wanted);
                var known = await cluster.EventsAsync(job);
                primary.Crash();
                var away = Stopwatch.StartNew();
                standby.Promote();
                relay.LeadTo(standby.Port);
                primary.Dispose();
                (primary, standby) = (standby, null);
                var details = await cluster.Client.WaitAsync(job);
                var wrong = details.Phase != "succeeded" ? $"{details.Phase}: {details.Failure?.Message}" : await CommitSoak.DifferenceAsync(primary, output, Rows);
                // What anybody was told was on the standby, too.
                if (wrong is null && !(await cluster.EventsAsync(job)).Take(known.Count).SequenceEqual(known)) wrong = "events are lost";
                Console.WriteLine($"round {round}: failed over with {prepared} shares prepared and {committed} committed; the job ended {away.Elapsed.TotalSeconds:0.0} s after: {wrong ?? "rows, files and journal agree"}");
                if (wrong is null) agreed++;
                longest = Math.Max(longest, away.Elapsed.TotalSeconds);
                await cluster.AwaitNodesAsync(3);
            }
            return new Outcome(string.Create(CultureInfo.InvariantCulture, $"rows, files and journal agreed after {agreed} of {rounds} failovers to a synchronous standby; jobs ended {longest:0.0} s after at the latest"), "all", agreed == rounds);
        }
        finally
        {
            standby?.Dispose();
            primary.Dispose();
        }
    }

    /// <summary>Waits until so many shares are prepared, or, of a higher number, so many are committed.</summary>
    private static async Task<(int Prepared, int Committed)> MomentAsync(PostgresServer server, string job, int wanted)
    {
        await using var connection = server.Open();
        await using var command = CommitSoak.Counting(connection, job);
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var (prepared, committed) = await CommitSoak.CountsAsync(command);
            if (wanted < Partitions ? prepared >= wanted : committed >= wanted - Partitions + 1) return (prepared, committed);
            if (committed == Partitions || patience.Elapsed > TimeSpan.FromSeconds(60)) return (prepared, committed);
        }
    }
}
