using System.Diagnostics;
using System.Globalization;
using MapReduce.Api;
using MapReduce.Node;
using MapReduce.Node.Tests;
using Xunit;

namespace MapReduce.Postgres.Tests;

/// <summary>A cluster in this process that commits files and rows, ended at each point where that could tear them apart.</summary>
[Collection("server")]
public sealed class ClusterCommitTests(SharedServer shared) : IAsyncLifetime
{
    private const int Partitions = 4;
    private const string Secret = "horse-battery-staple";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-commit-").FullName;
    private readonly Halt halt = new();
    private MiniCluster cluster = null!;
    private MapReduceClient client = null!;

    private PostgresServer Server => shared.Server;

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is null) return;
        var settings = $"""
            mapreduce.connections.warehouse = "{Server.ConnectionString}"
            mapreduce.connections.closed = "Host=127.0.0.1;Port=1;Username=someone;Password={Secret}"
            mapreduce.master.speculation-minimum = 10m
            {TestProgram.Settings}
            """;
        cluster = await MiniCluster.StartAsync(3, Path.Combine(folder, "cluster"), settings, node => [new HaltingParticipant(node.Connections, node.Name, halt)]);
        client = cluster.Connect();
    }

    public async Task DisposeAsync()
    {
        if (PostgresServer.Programs is null) return;
        client.Dispose();
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [PostgresFact]
    public async Task A_master_that_ends_anywhere_in_the_commit_is_succeeded_by_one_that_completes_it()
    {
        foreach (var (point, after, committed) in ((string, int, int)[])[("decided", 1, 0), ("committing", 2, 2), ("committed", 1, Partitions)])
        {
            var table = $"halted_{point}";
            Server.Execute($"CREATE TABLE {table} (number bigint PRIMARY KEY, word text)");
            var standing = halt.Arm(point, after);
            var job = await SubmitAsync(table);
            var master = await standing.WaitAsync(Patience.Limit);
            Assert.Equal(committed, Server.Scalar<long>($"SELECT count(*) FROM mapreduce_commit.shares WHERE job = '{job}'"));
            Assert.Equal(Partitions - committed, Server.Prepared().Count);
            Assert.False(Path.Exists(Path.Combine(folder, table)));
            await cluster.AbortAsync(master);
            halt.Release();
            await EndsExactlyAsync(job, table);
            var events = await EventsAsync(job);
            Assert.Equal(1, events.Count(@event => @event.Event == "CommitDecided"));
            Assert.True(events.FindLastIndex(@event => @event.Event == "EpochClaimed") > events.FindIndex(@event => @event.Event == "CommitDecided"));
            await cluster.AddAsync(master);
            client.Dispose();
            client = cluster.Connect();
        }
    }

    [PostgresFact]
    public async Task What_an_attempt_prepared_that_died_before_its_report_is_given_up_and_made_again()
    {
        Server.Execute("CREATE TABLE unreported (number bigint PRIMARY KEY, word text)");
        var gate = Directory.CreateDirectory(Path.Combine(folder, "gate")).FullName;
        var job = await SubmitAsync("unreported", "--gate", gate);
        var attempt = await FirstAtAsync(gate);
        using (var executor = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(attempt), CultureInfo.InvariantCulture)))
        {
            executor.Kill();
            await executor.WaitForExitAsync();
        }
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        await EndsExactlyAsync(job, "unreported");
        Assert.Equal(0, Server.Scalar<long>($"SELECT count(*) FROM mapreduce_commit.shares WHERE share LIKE '%:{Path.GetFileName(attempt)}:%'  AND job = '{job}'"));
    }

    [PostgresFact]
    public async Task A_job_that_is_cancelled_while_rows_are_prepared_leaves_none()
    {
        Server.Execute("CREATE TABLE cancelled (number bigint PRIMARY KEY, word text)");
        var gate = Directory.CreateDirectory(Path.Combine(folder, "gate")).FullName;
        var job = await SubmitAsync("cancelled", "--gate", gate);
        await FirstAtAsync(gate);
        Assert.NotEmpty(Server.Prepared());
        await client.CancelAsync(job);
        Assert.Equal("cancelled", (await client.WaitAsync(job)).Phase);
        await UntilAsync(() => Server.Prepared().Count == 0 && Server.Scalar<bool>($"SELECT ended IS NOT NULL FROM mapreduce_commit.jobs WHERE job = '{job}'"));
        // A zombie that would prepare now cannot.
        Assert.Equal(0, Server.Scalar<long>("SELECT count(*) FROM cancelled"));
        Assert.False(Path.Exists(Path.Combine(folder, "cancelled")));
    }

    [PostgresFact]
    public async Task What_was_rolled_back_by_hand_after_the_decision_fails_the_job_in_words_and_commits_nothing()
    {
        Server.Execute("CREATE TABLE meddled (number bigint PRIMARY KEY, word text)");
        var standing = halt.Arm("decided", 1);
        var job = await SubmitAsync("meddled");
        await standing.WaitAsync(Patience.Limit);
        Server.Execute($"ROLLBACK PREPARED '{Server.Prepared()[0]}'");
        halt.Release();
        var details = await client.WaitAsync(job);
        Assert.Equal(("failed", "Publish"), (details.Phase, details.Failure?.Reason));
        Assert.Contains("rolled them back by hand", details.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing of the job is committed", details.Failure.Message, StringComparison.Ordinal);
        await UntilAsync(() => Server.Prepared().Count == 0);
        Assert.Equal(0, Server.Scalar<long>("SELECT count(*) FROM meddled"));
        Assert.False(Path.Exists(Path.Combine(folder, "meddled")));
    }

    [PostgresFact]
    public async Task What_a_database_refuses_is_the_cause_that_a_diagnosis_names()
    {
        Server.Execute("CREATE TABLE tight (number bigint PRIMARY KEY, word varchar(2))");
        foreach (var (table, connection, words) in ((string, string, string)[])[("absent", "warehouse", "There is no table absent"), ("tight", "warehouse", "value too long"), ("tight", "closed", "does not answer")])
        {
            var job = await SubmitAsync(table, "--connection", connection);
            Assert.Equal("failed", (await client.WaitAsync(job)).Phase);
            var cause = (await client.DiagnoseAsync(job)).Cause!;
            Assert.True(cause.Kind == FindingKind.DatabaseRefused, $"{cause.Kind} ({cause.Reason}): {cause.Message}");
            Assert.Contains(words, cause.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, cause.Message, StringComparison.Ordinal);
            Assert.Equal((true, "up"), (cluster.Nodes.ContainsKey(cause.Node ?? ""), cause.NodeState));
            Assert.False(Path.Exists(Path.Combine(folder, table)));
        }
        Assert.Empty(Server.Prepared());
    }

    private Task<string> SubmitAsync(string table, params string[] more) => client.SubmitAsync("MapReduce.PostgresJobs", folder, request => request with
    {
        JobClass = "NumbersToTable",
        Output = Path.Combine(folder, table),
        Arguments = ["--table", table, "--partitions", $"{Partitions}", .. more],
    });

    private async Task EndsExactlyAsync(string job, string table)
    {
        var details = await client.WaitAsync(job);
        Assert.Equal((null, "succeeded"), (details.Failure?.Message, details.Phase));
        var files = Directory.GetFiles(Path.Combine(folder, table), "part-*").SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal);
        Assert.Equal(files, Server.Rows($"SELECT number, word FROM {table}").Order(StringComparer.Ordinal));
        Assert.Equal(1000, Server.Scalar<long>($"SELECT count(*) FROM {table}"));
        Assert.Empty(Server.Prepared());
    }

    private async Task<List<JobEventDetails>> EventsAsync(string job)
    {
        var events = new List<JobEventDetails>();
        await foreach (var @event in client.WatchAsync(job)) events.Add(@event);
        return events;
    }

    /// <summary>The file of the first attempt that stands at the gate.</summary>
    private static async Task<string> FirstAtAsync(string gate)
    {
        string? attempt = null;
        await UntilAsync(() => (attempt = Directory.GetFiles(gate, "s0-*").FirstOrDefault(file => new FileInfo(file).Length > 0)) is not null);
        return attempt!;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!isSo()) await pause.WaitForNextTickAsync(patience.Token);
    }
}
