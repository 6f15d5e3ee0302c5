using Akka.Actor;
using LinqToDB;
using MapReduce.Master;
using MapReduce.Protocol;
using Microsoft.Data.Sqlite;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>What is left in a journal of jobs that are forgotten.</summary>
public sealed class HistoryTests : IDisposable
{
    private static readonly JobId Forgotten = new(Guid.NewGuid());
    private static readonly JobId Kept = new(Guid.NewGuid());

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Nothing_of_a_job_that_is_forgotten_stays_in_the_journal()
    {
        await using var cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), "mapreduce.retention.jobs = 1" + TestProgram.Settings);
        using var client = cluster.Connect(Patience.Limit);
        await File.WriteAllTextAsync(Path.Combine(folder, "text"), "a few words\n");
        var jobs = new List<string>();
        foreach (var output in (string[])["one", "two", "three"])
        {
            jobs.Add(await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Path.Combine(folder, "text")], Output = Path.Combine(folder, output) }));
            Assert.Equal("succeeded", (await client.WaitAsync(jobs[^1])).Phase);
        }
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await client.JobsAsync()).Jobs is not [var left] || left.Id != jobs[^1]) await pause.WaitForNextTickAsync(patience.Token);

        using var journal = Open("cluster/journal.db");
        Assert.Equal([$"job-{jobs[^1]}", "job-master"], Texts(journal, "SELECT DISTINCT persistence_id FROM journal ORDER BY persistence_id"));
        Assert.Equal("succeeded", (await client.JobAsync(jobs[^1])).Phase);
    }

    [Fact]
    public async Task A_removal_that_is_interrupted_leaves_the_beginning_of_a_journal_and_is_taken_up_again()
    {
        const int Rows = 3500;
        using var journal = Open("journal.db");
        Execute(journal, "CREATE TABLE journal (ordering INTEGER PRIMARY KEY AUTOINCREMENT, persistence_id TEXT, sequence_number INTEGER); CREATE TABLE snapshot (persistence_id TEXT)");
        foreach (var job in (JobId[])[Forgotten, Kept])
        {
            Execute(journal, $"INSERT INTO journal (persistence_id, sequence_number) WITH RECURSIVE rows(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM rows WHERE number < {Rows}) SELECT 'job-{job}', number FROM rows");
            Execute(journal, $"INSERT INTO snapshot VALUES ('job-{job}')");
        }
        Execute(journal, "CREATE TRIGGER interruption BEFORE DELETE ON journal WHEN OLD.sequence_number = 1200 BEGIN SELECT RAISE(ABORT, 'interrupted'); END");
        using var system = ActorSystem.Create("history");
        var history = new JournalHistory(system, new DataOptions().UseConnectionString("SQLite.MS", journal.ConnectionString));

        Assert.Contains("interrupted", (await Assert.ThrowsAsync<SqliteException>(() => history.RemoveAsync(Forgotten))).Message, StringComparison.Ordinal);
        Assert.Equal("1 to 1500, 1500 rows", Rest(journal, Forgotten));
        Execute(journal, "DROP TRIGGER interruption");
        await history.RemoveAsync(Forgotten);
        Assert.Equal(" to , 0 rows", Rest(journal, Forgotten));
        Assert.Equal($"1 to {Rows}, {Rows} rows", Rest(journal, Kept));
        Assert.Equal([$"job-{Kept}"], Texts(journal, "SELECT persistence_id FROM snapshot"));
        await system.Terminate();
    }

    private SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, file)};Pooling=False");
        connection.Open();
        return connection;
    }

    private static string Rest(SqliteConnection journal, JobId job)
        => Texts(journal, $"SELECT coalesce(min(sequence_number), '') || ' to ' || coalesce(max(sequence_number), '') || ', ' || count(*) || ' rows' FROM journal WHERE persistence_id = 'job-{job}'").Single();

    private static List<string> Texts(SqliteConnection journal, string query)
    {
        using var command = journal.CreateCommand();
        command.CommandText = query;
        using var rows = command.ExecuteReader();
        var texts = new List<string>();
        while (rows.Read()) texts.Add(rows.GetString(0));
        return texts;
    }

    private static void Execute(SqliteConnection journal, string statement)
    {
        using var command = journal.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
