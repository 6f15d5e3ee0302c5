using MapReduce.Api;
using MapReduce.Cluster.Tests;
using MapReduce.Node;
using MapReduce.Node.Tests;
using Xunit;

namespace MapReduce.Postgres.Tests;

/// <summary>PostgreSQL as the journal of clusters.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-journal-").FullName;
    private readonly PostgresServer? server = PostgresServer.Programs is null ? null : new PostgresServer();

    public void Dispose()
    {
        server?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [PostgresFact]
    public async Task Of_two_masters_that_both_believe_in_themselves_one_cannot_write()
    {
        var settings = await SettingsAsync();
        await using var first = await MiniCluster.StartAsync(1, Path.Combine(folder, "first"), settings);
        using var client = first.Connect();
        var before = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text()] });
        Assert.Equal("succeeded", (await client.WaitAsync(before)).Phase);
        var deposed = first.Nodes["node-1"];

        // Another cluster on the same journal, as after a split in which each side takes the other for dead.
        await using var second = await StartSecondAsync(settings);
        using var other = second.Connect(Patience.Limit);
        Assert.Equal([before], (await other.JobsAsync()).Jobs.Select(job => job.Id));
        Assert.True((await other.NodesAsync()).Epoch > 1);
        await Assert.ThrowsAnyAsync<Exception>(() => client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text()], Output = Path.Combine(folder, "out-2") }));
        var (end, reason) = await deposed.Ended.WaitAsync(Patience.Limit);
        Assert.Equal(NodeEnd.Removed, end);
        Assert.Contains("another master has written it", reason, StringComparison.Ordinal);

        var after = await other.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text()], Output = Path.Combine(folder, "out-3") });
        Assert.Equal("succeeded", (await other.WaitAsync(after)).Phase);
    }

    [PostgresFact]
    public async Task Nothing_of_a_job_that_is_deleted_stays_in_the_journal()
    {
        await using var cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), await SettingsAsync());
        using var client = cluster.Connect(Patience.Limit);
        var job = await client.SubmitAsync("WordCount", folder, request => request with { Inputs = [Text()] });
        Assert.Equal("succeeded", (await client.WaitAsync(job)).Phase);
        Assert.Equal([$"job-{job}", "job-master"], server!.Rows("SELECT DISTINCT persistence_id FROM journal ORDER BY persistence_id"));
        await client.DeleteAsync(job);
        await RealCluster.UntilAsync(async () => (await client.JobsAsync()).Total == 0);
        Assert.Equal(["job-master"], server!.Rows("SELECT DISTINCT persistence_id FROM journal"));
    }

    [PostgresFact]
    public async Task A_journal_that_is_away_for_a_while_delays_jobs_and_loses_nothing()
    {
        using var cluster = new RealCluster(3, "journal.provider=postgresql", $"journal.connection=\"{server!.ConnectionString}\"");
        var gate = Directory.CreateDirectory(cluster["gate"]).FullName;
        var texts = Directory.CreateDirectory(cluster["texts"]).FullName;
        for (var map = 0; map < 6; map++) await File.WriteAllTextAsync(Path.Combine(texts, $"{map}.txt"), map < 2 ? $"gate{map}" : "words");
        var job = cluster.Submit([Mr.Job("MapReduce.TestJobs"), "--job", "Gated", "--input", texts, "--split", "5", "--output", cluster["out"], "--", "--phase", "map", "--gate", gate]);
        await cluster.AwaitAsync(job, @event => @event.Event == "AttemptSucceeded");
        var told = await cluster.EventsAsync(job);
        server.Stop();
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        // Until a master has met that.
        await RealCluster.UntilAsync(() => Task.FromResult(cluster.Nodes.Keys.Any(node => File.ReadAllText(Path.Combine(cluster.State, node, "node.log")).Contains("the database is away", StringComparison.Ordinal))));
        server.Start();
        Assert.Equal("succeeded", (await cluster.Client.WaitAsync(job)).Phase);
        Assert.Equal(6, Directory.GetFiles(cluster["out"], "part-*").SelectMany(File.ReadAllLines).Sum(line => int.Parse(line.Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(told, (await cluster.EventsAsync(job)).Take(told.Count));
    }

    /// <summary>What a user sets for a cluster whose journal is the server's.</summary>
    private async Task<string> SettingsAsync() => $"""
        {await File.ReadAllTextAsync(Path.Combine(Mr.Root, "hocon", "postgres.conf"))}
        mapreduce.journal.connection = "{server!.ConnectionString}"
        {TestProgram.Settings}
        """;

    /// <summary>Starts another cluster on the same journal. One whose first record meets one that the master of the other cluster writes at that moment ends, and the next takes its place.</summary>
    private async Task<MiniCluster> StartSecondAsync(string settings)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await MiniCluster.StartAsync(1, Path.Combine(folder, $"second-{tries}"), settings);
            }
            catch (ApiException) when (tries < 3)
            {
                // Refused.
            }
        }
    }

    private string Text()
    {
        var path = Path.Combine(folder, "text");
        File.WriteAllText(path, "to be or not to be\n");
        return path;
    }
}
