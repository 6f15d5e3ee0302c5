using System.Diagnostics;
using System.Globalization;
using MapReduce.Api;
using MapReduce.Node;
using MapReduce.Node.Tests;
using Xunit;

namespace MapReduce.Postgres.Tests;

/// <summary>A cluster in this process that commits files and rows, ended at each point where that could tear them apart. Each test leaves three nodes.</summary>
[Collection("server")]
public sealed class ClusterCommitTests(SharedServer shared, ClusterCommitTests.Committing committing) : IClassFixture<ClusterCommitTests.Committing>, IDisposable
{
    private const int Partitions = 4;
    private const string Secret = "horse-battery-staple";

    private readonly Halt halt = committing.Halt;
    private MapReduceClient client = committing.Connect();

    private PostgresServer Server => shared.Server;

    private MiniCluster Cluster => committing.Cluster;

    private string Folder => committing.Folder;

    public void Dispose() => client?.Dispose();

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
            Assert.False(Path.Exists(Path.Combine(Folder, table)));
            await Cluster.AbortAsync(master);
            halt.Release();
            await EndsExactlyAsync(job, table);
            var events = await EventsAsync(job);
            Assert.Equal(1, events.Count(@event => @event.Event == "CommitDecided"));
            Assert.True(events.FindLastIndex(@event => @event.Event == "EpochClaimed") > events.FindIndex(@event => @event.Event == "CommitDecided"));
            await Cluster.AddAsync(master);
            client.Dispose();
            client = committing.Connect();
        }
    }

    [PostgresFact]
    public async Task What_an_attempt_prepared_that_died_before_its_report_is_given_up_and_made_again()
    {
        Server.Execute("CREATE TABLE unreported (number bigint PRIMARY KEY, word text)");
        var gate = Directory.CreateDirectory(committing.Place("gate")).FullName;
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
        var gate = Directory.CreateDirectory(committing.Place("gate")).FullName;
        var job = await SubmitAsync("cancelled", "--gate", gate);
        await FirstAtAsync(gate);
        Assert.NotEmpty(Server.Prepared());
        await client.CancelAsync(job);
        Assert.Equal("cancelled", (await client.WaitAsync(job)).Phase);
        await UntilAsync(() => Server.Prepared().Count == 0 && Server.Scalar<bool>($"SELECT ended IS NOT NULL FROM mapreduce_commit.jobs WHERE job = '{job}'"));
        // A zombie that would prepare now cannot.
        Assert.Equal(0, Server.Scalar<long>("SELECT count(*) FROM cancelled"));
        Assert.False(Path.Exists(Path.Combine(Folder, "cancelled")));
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
        Assert.False(Path.Exists(Path.Combine(Folder, "meddled")));
    }

    [PostgresFact]
    public async Task A_commit_whose_answer_is_lost_is_neither_lost_nor_done_twice()
    {
        Server.Execute("CREATE TABLE unanswered (number bigint PRIMARY KEY, word text)");
        var dropped = committing.Relay.DropAnswerTo("COMMIT PREPARED");
        var job = await SubmitAsync("unanswered", "--connection", "relayed");
        Assert.Contains(job, await dropped.WaitAsync(Patience.Limit), StringComparison.Ordinal);
        await EndsExactlyAsync(job, "unanswered");
        Assert.Equal(Partitions, Server.Scalar<long>($"SELECT count(*) FROM mapreduce_commit.shares WHERE job = '{job}'"));
    }

    [PostgresFact]
    public async Task What_is_rolled_back_by_hand_amid_the_commit_fails_the_job_and_says_how_much_is_committed()
    {
        Server.Execute("CREATE TABLE torn (number bigint PRIMARY KEY, word text)");
        var shares = 0;
        // The second share is committed: the others are prepared, and were there when the commit looked.
        halt.Committed = _ =>
        {
            if (++shares == 2) Server.Execute($"ROLLBACK PREPARED '{Server.Prepared()[^1]}'");
        };
        var job = await SubmitAsync("torn");
        var details = await client.WaitAsync(job);
        halt.Committed = null;
        Assert.Equal(("failed", "Publish"), (details.Phase, details.Failure?.Reason));
        Assert.Contains("3 other shares are committed already", details.Failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing of the job is committed", details.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, Server.Scalar<long>($"SELECT count(*) FROM mapreduce_commit.shares WHERE job = '{job}'"));
        await UntilAsync(() => Server.Prepared().Count == 0);
        Assert.False(Path.Exists(Path.Combine(Folder, "torn")));
    }

    [PostgresFact]
    public async Task What_an_attempt_prepared_that_died_is_given_up_by_the_next_master_before_anything_is_decided()
    {
        Server.Execute("CREATE TABLE reconciled (number bigint PRIMARY KEY, word text)");
        var gate = Directory.CreateDirectory(committing.Place("gate")).FullName;
        var job = await SubmitAsync("reconciled", "--gate", gate);
        var attempt = await FirstAtAsync(gate);
        bool IsPrepared() => Server.Prepared().Exists(share => share.Contains($":{Path.GetFileName(attempt)}:", StringComparison.Ordinal));
        Assert.True(IsPrepared());
        // The master learns of its death, and ends before it has given anything up.
        var standing = halt.Arm("recovering", 1);
        using (var executor = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(attempt), CultureInfo.InvariantCulture)))
        {
            executor.Kill();
            await executor.WaitForExitAsync();
        }
        var master = await standing.WaitAsync(Patience.Limit);
        Assert.True(IsPrepared());
        await Cluster.AbortAsync(master);
        halt.Release();
        // All others stand at the gate, so nothing can be decided.
        await UntilAsync(() => !IsPrepared());
        Assert.Equal(0, Server.Scalar<long>($"SELECT count(*) FROM mapreduce_commit.shares WHERE job = '{job}'"));
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        client.Dispose();
        client = committing.Connect();
        await EndsExactlyAsync(job, "reconciled");
        await Cluster.AddAsync(master);
        var events = await EventsAsync(job);
        Assert.True(events.FindLastIndex(@event => @event.Event == "EpochClaimed") < events.FindIndex(@event => @event.Event == "CommitDecided"));
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
            Assert.Equal((true, "up"), (Cluster.Nodes.ContainsKey(cause.Node ?? ""), cause.NodeState));
            Assert.False(Path.Exists(Path.Combine(Folder, table)));
        }
        Assert.Empty(Server.Prepared());
    }

    private Task<string> SubmitAsync(string table, params string[] more) => client.SubmitAsync("MapReduce.PostgresJobs", Folder, request => request with
    {
        JobClass = "NumbersToTable",
        Output = Path.Combine(Folder, table),
        Arguments = ["--table", table, "--partitions", $"{Partitions}", .. more],
    });

    private async Task EndsExactlyAsync(string job, string table)
    {
        var details = await client.WaitAsync(job);
        Assert.Equal((null, "succeeded"), (details.Failure?.Message, details.Phase));
        var files = Directory.GetFiles(Path.Combine(Folder, table), "part-*").SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal);
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

    /// <summary>The cluster, and how it is disturbed.</summary>
    public sealed class Committing(SharedServer shared) : IAsyncLifetime
    {
        private Relay? relay;
        private MiniCluster? cluster;
        private int places;

        internal Halt Halt { get; } = new();

        internal MiniCluster Cluster => cluster!;

        internal Relay Relay => relay!;

        internal string Folder { get; } = Directory.CreateTempSubdirectory("mapreduce-commit-").FullName;

        internal MapReduceClient Connect() => cluster?.Connect(Patience.Limit)!;

        /// <summary>A place of its own for a test.</summary>
        internal string Place(string name) => Path.Combine(Folder, $"{name}-{++places}");

        public async Task InitializeAsync()
        {
            if (PostgresServer.Programs is null) return;
            relay = new Relay(shared.Server.Port);
            var settings = $"""
                mapreduce.connections.warehouse = "{shared.Server.ConnectionString}"
                mapreduce.connections.relayed = "{shared.Server.ConnectionStringAt(relay.Port)}"
                mapreduce.connections.closed = "Host=127.0.0.1;Port=1;Username=someone;Password={Secret}"
                mapreduce.master.speculation-minimum = 10m
                {TestProgram.Settings}
                """;
            cluster = await MiniCluster.StartAsync(3, Path.Combine(Folder, "cluster"), settings, node => [new HaltingParticipant(node.Connections, node.Name, Halt)]);
        }

        public async Task DisposeAsync()
        {
            if (cluster is not null) await cluster.DisposeAsync();
            relay?.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
