using System.Globalization;
using MapReduce.Api;
using MapReduce.Cluster.Tests;
using MapReduce.Postgres.Tests;
using Npgsql;

namespace MapReduce.Soak;

/// <summary>Kills a worker, an executor, the master or a process of the database around prepare and commit, and compares rows with files each time.</summary>
internal static class CommitSoak
{
    private const int Partitions = 12;
    private const int Rows = 3000;
    private const int LeastOfPhase = 10;

    private static readonly string[] Phases = ["running", "preparing", "decided", "committing", "committed"];

    /// <summary>Of kills that came when the job was over, or while it went from one phase to the next.</summary>
    private const string NoPhase = "of no phase";

    public static async Task<Outcome> RunAsync(int runs)
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        // Each flush of the log takes a while, so that there is time between two commits to hit; and the log knows when each commit was.
        using var server = new PostgresServer("fsync=on", "commit_delay=5000", "commit_siblings=0", "track_commit_timestamp=on");
        server.Execute("CREATE TABLE soaked (number bigint PRIMARY KEY, word text)");
        Environment.SetEnvironmentVariable("MAPREDUCE_CONNECTION_WAREHOUSE", server.ConnectionString);
        using var cluster = new RealCluster(3, "master.recover-interval=500ms");
        var hits = Phases.Append(NoPhase).ToDictionary(phase => phase, _ => 0);
        var victims = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var agreed = 0;
        for (var run = 1; run <= runs; run++)
        {
            server.Execute("TRUNCATE soaked");
            var output = cluster[$"out-{run}"];
            string[] mode = run % 2 == 0 ? ["--upsert"] : [];
            var job = cluster.Submit([Mr.Job("MapReduce.PostgresJobs"), "--job", "NumbersToTable", "--output", output, "--attempts", "20", "--", "--table", "soaked", "--count", $"{Rows}", "--partitions", $"{Partitions}", .. mode]);
            // The phases that are short are sought more often.
            var wanted = Phases.MinBy(phase => (hits[phase], random.Next()))!;
            // Whatever has to be asked is asked before the moment, or it would be over.
            var master = await cluster.MasterAsync();
            var worker = cluster.Nodes.Keys.Where(node => node != master).OrderBy(_ => random.Next()).First();
            var moment = await MomentAsync(server, job, wanted, random);
            var (victim, from, to) = Kill(cluster, server, master, worker, random);
            victims[victim] = victims.GetValueOrDefault(victim) + 1;
            if (victim == "database") server.Await();
            var details = await cluster.Client.WaitAsync(job);
            var events = await cluster.EventsAsync(job);
            var commits = CommitsOf(server, job);
            var phase = PhaseAt(events, commits, from) is { } known && known == PhaseAt(events, commits, to) ? known : NoPhase;
            hits[phase]++;
            var wrong = details.Phase != "succeeded" ? $"{details.Phase}: {details.Failure?.Message}" : await DifferenceAsync(server, output, Rows);
            if (wrong is null) agreed++;
            Console.WriteLine($"run {run}: {victim} killed while {phase}, sought was {wanted} ({moment.Prepared} prepared, {moment.Committed} committed): {wrong ?? "rows and files agree"}");
            if (wrong is null) Directory.Delete(output, recursive: true);
            // The next loss must find a majority: the node that was killed is back, and the one that it was is not counted any more.
            cluster.Heal();
        }
        var least = Math.Min(LeastOfPhase, runs / (2 * Phases.Length));
        return new Outcome(
            $"rows and files agreed in {agreed} of {runs} runs; by the log {string.Join(", ", Phases.Select(phase => $"{hits[phase]} while {phase}"))} and {hits[NoPhase]} {NoPhase}: {string.Join(", ", victims.Select(victim => $"{victim.Value} {victim.Key}"))}",
            $"all, at least {least} of each phase",
            agreed == runs && Phases.All(phase => hits[phase] >= least));
    }

    /// <summary>Waits for the moment at which to kill.</summary>
    private static async Task<(int Prepared, int Committed)> MomentAsync(PostgresServer server, string job, string wanted, Random random)
    {
        await using var connection = server.Open();
        await using var command = Counting(connection, job);
        var least = random.Next(1, Partitions);
        var pause = TimeSpan.FromMilliseconds(random.Next(1, 60));
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var (prepared, committed) = await CountsAsync(command);
            var isThere = wanted switch
            {
                "running" => patience.Elapsed > pause * 5,
                "preparing" => prepared >= least,
                "decided" => prepared == Partitions,
                "committing" => committed >= least,
                _ => committed == Partitions,
            };
            if (isThere || committed == Partitions || patience.Elapsed > TimeSpan.FromSeconds(60))
            {
                if (wanted == "decided") await Task.Delay(pause);
                return await CountsAsync(command);
            }
        }
    }

    /// <summary>Asks how many shares of a job are prepared and committed.</summary>
    internal static NpgsqlCommand Counting(NpgsqlConnection connection, string job)
        => new NpgsqlCommand($"SELECT (SELECT count(*) FROM pg_prepared_xacts WHERE gid LIKE 'mapreduce:{job}:%')::int, CASE WHEN to_regclass('mapreduce_commit.shares') IS NULL THEN 0 ELSE (SELECT count(*) FROM mapreduce_commit.shares WHERE job = '{job}') END::int", connection);

    internal static async Task<(int, int)> CountsAsync(NpgsqlCommand command)
    {
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return (reader.GetInt32(0), reader.GetInt32(1));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return (0, 0);
        }
    }

    /// <summary>Kills, and says whom and between which two moments.</summary>
    private static (string Victim, DateTimeOffset From, DateTimeOffset To) Kill(RealCluster cluster, PostgresServer server, string master, string worker, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                var executors = cluster.Nodes.Values.SelectMany(RealCluster.ChildrenOf).ToList();
                if (executors.Count == 0) goto default;
                return Between("executor", () => RealCluster.KillProcess(executors[random.Next(executors.Count)]));
            case 1:
                return Between("database", server.KillBackend);
            case 2:
                return Between("worker", () => cluster.KillNode(worker));
            default:
                return Between("master", () => cluster.KillNode(master));
        }

        static (string, DateTimeOffset, DateTimeOffset) Between(string victim, Action kill)
        {
            var from = DateTimeOffset.UtcNow;
            kill();
            return (victim, from, DateTimeOffset.UtcNow);
        }
    }

    /// <summary>When each share of the job was committed, by the log of the database.</summary>
    private static List<DateTimeOffset> CommitsOf(PostgresServer server, string job)
        => [.. server.Rows($"SELECT (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint FROM mapreduce_commit.shares WHERE job = '{job}'")
            .Select(microseconds => DateTimeOffset.UnixEpoch.AddMicroseconds(long.Parse(microseconds, CultureInfo.InvariantCulture)))];

    /// <summary>What the job was at, by its own log and that of the database; null where it was over.</summary>
    private static string? PhaseAt(List<JobEventDetails> events, List<DateTimeOffset> commits, DateTimeOffset at)
    {
        if (!(at < TimeOf("JobPublished"))) return null;
        if (!(at >= TimeOf("CommitDecided"))) return at >= TimeOf("AttemptSucceeded") ? "preparing" : "running";
        return commits.Count(commit => commit <= at) switch
        {
            0 => "decided",
            Partitions => "committed",
            _ => "committing",
        };

        DateTimeOffset? TimeOf(string kind) => events.FirstOrDefault(@event => @event.Event == kind)?.At;
    }

    internal static async Task<string?> DifferenceAsync(PostgresServer server, string output, int count)
    {
        var files = Directory.GetFiles(output, "part-*").SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal).ToList();
        if (files.Count != count) return string.Create(CultureInfo.InvariantCulture, $"{files.Count} rows in files");
        var rows = server.Rows("SELECT number, word FROM soaked").Order(StringComparer.Ordinal).ToList();
        if (!rows.SequenceEqual(files)) return string.Create(CultureInfo.InvariantCulture, $"{rows.Count} rows in the table, {files.Count} in files");
        // A zombie may still be on its way to prepare; what it prepares is refused or given up at once.
        for (var left = 50; server.Prepared() is { Count: > 0 } prepared; left--)
        {
            if (left == 0) return $"still prepared: {string.Join(", ", prepared)}";
            await Task.Delay(100);
        }
        return Directory.GetDirectories(Path.GetDirectoryName(output)!, ".out-*").Length > 0 ? "staging is left" : null;
    }
}
