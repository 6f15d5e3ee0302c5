using MapReduce.Cluster.Tests;
using MapReduce.Engine;
using MapReduce.Local;
using MapReduce.Node;
using MapReduce.Node.Configuration;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Postgres.Tests;

[Collection("server")]
public sealed class MistakesTests(SharedServer shared)
{
    private PostgresServer Server => shared.Server;

    [PostgresFact]
    public void What_is_wrong_with_a_table_is_said_before_any_work()
    {
        Server.Execute("""
            CREATE TABLE strict (word text, count bigint, must int NOT NULL);
            CREATE TABLE narrow (word text, count text);
            CREATE TABLE pointed (word text, spot point);
            CREATE TABLE loose (word text, count bigint)
            """);
        Refused("nothing_here", table => table, "There is no table nothing_here");
        Refused("loose", table => table.Columns("word", "cuont"), "no column 'cuont'. It has word, count");
        Refused("loose", table => table.Columns("word"), "2 values (String, Int64), and 1 columns");
        Refused("narrow", table => table, "column 'count' is of type text, which takes no Int64");
        Refused("pointed", table => table, "column 'spot' is of type point");
        Refused("strict", table => table.Columns("word", "count"), "column 'must' must not be NULL");
        Refused("loose", table => table.Upsert("word"), "CREATE UNIQUE INDEX ON loose (\"word\")");
        Refused("loose", table => table.Upsert("other"), "'other', which is not written");

        void Refused(string name, Func<PostgresTable, PostgresTable> with, string words)
        {
            var ran = false;
            var failure = Assert.Throws<JobFailedException>(() => Jobs.Run(Server, job => job.ReadLines(job.Inputs)
                .Map((TextLine _, IEmitter<string, long> _) => ran = true).Aggregate(Sum.Of<long>()).WriteTo(with(Postgres.Table("warehouse", name))), "words"));
            Assert.Equal(EngineError.BadOutput, failure.Error);
            Assert.Contains(words, failure.Message, StringComparison.Ordinal);
            Assert.False(ran);
        }
    }

    [PostgresFact]
    public void A_row_that_the_database_refuses_fails_the_job_with_the_reason()
    {
        Server.Execute("CREATE TABLE taken (word text PRIMARY KEY, count bigint); INSERT INTO taken VALUES ('be', 1); CREATE TABLE small (word varchar(2), count smallint)");
        Assert.Contains("duplicate key", Failing("taken", "to be"), StringComparison.Ordinal);
        Assert.Contains("value too long", Failing("small", "question"), StringComparison.Ordinal);
        Assert.Contains("40000 does not fit column 'count' of type smallint", Failing("small", string.Concat(Enumerable.Repeat("no ", 40_000))), StringComparison.Ordinal);
        Assert.Empty(Server.Prepared());

        string Failing(string table, string text)
        {
            var failure = Assert.Throws<JobFailedException>(() => Jobs.Run(Server, job => Jobs.Words(job).WriteTo(Postgres.Table("warehouse", table)), text));
            Assert.Equal(EngineError.UserCode, failure.Error);
            return failure.Message;
        }
    }

    [PostgresFact]
    public void Two_tasks_that_write_one_key_fail_in_words_and_not_by_waiting_for_ever()
    {
        Server.Execute("CREATE TABLE one_key (id bigint PRIMARY KEY)");
        var failure = Assert.Throws<JobFailedException>(() => Jobs.Run(Jobs.Settings($"{Server.ConnectionString};Options=-c lock_timeout=500ms"), job => job.ReadNumbers(2, 1)
            .Map((long _, IEmitter<long, None> output) => output.Emit(1, None.Value)).MapOnly().WriteTo(Postgres.Table("warehouse", "one_key").Upsert("id"))));
        Assert.Contains("Two tasks that write rows of the same key", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Prepared());
    }

    [PostgresFact]
    public void Too_few_prepared_transactions_are_told_with_the_setting_and_its_value()
    {
        Server.Execute("CREATE TABLE many (word text, count bigint)");
        var failure = Assert.Throws<JobFailedException>(() => Jobs.Run(Jobs.Settings(Server.ConnectionString), job => job.ReadNumbers(1, 1)
            .Map((long _, IEmitter<string, long> output) => output.Emit("x", 1)).Partitions(65).Aggregate(Sum.Of<long>()).WriteTo(Postgres.Table("warehouse", "many"))));
        Assert.Contains("Set max_prepared_transactions in postgresql.conf to 65 or more", failure.Message, StringComparison.Ordinal);

        using var without = new PostgresServer("max_prepared_transactions=0");
        without.Execute("CREATE TABLE many (word text, count bigint)");
        failure = Assert.Throws<JobFailedException>(() => Jobs.Run(without, job => Jobs.Words(job).WriteTo(Postgres.Table("warehouse", "many")), "words"));
        Assert.Contains("max_prepared_transactions is 0", failure.Message, StringComparison.Ordinal);
        Assert.Contains("postgresql.conf to 4 or more, and restart", failure.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_journal_that_refuses_the_node_ends_its_start_in_words_and_one_that_is_away_is_named()
    {
        const string Secret = "horse-battery-staple";
        var folder = Directory.CreateTempSubdirectory("mapreduce-mistakes-").FullName;
        var token = Path.Combine(folder, "token");
        await File.WriteAllTextAsync(token, "0123456789abcdef0123456789abcdef");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            var good = Server.ConnectionString;
            await Refused(good.Replace(PostgresServer.Password, Secret, StringComparison.Ordinal), "refuses this node", "user mapreduce", "the user and the password");
            await Refused(good.Replace("Database=postgres", "Database=elsewhere", StringComparison.Ordinal), "refuses this node", "database elsewhere", "the name of the database");
            await Refused(good.Replace($"Password={PostgresServer.Password}", "", StringComparison.Ordinal), "wants a password");
            await Refused($"Host=127.0.0.1;Pasword={Secret}", "cannot be understood");

            Assert.Null(JournalDatabase.Absence(Settings(good)));
            var absence = JournalDatabase.Absence(Settings($"Host=127.0.0.1;Port=1;Database=journal;Username=someone;Password={Secret}"))!;
            Assert.Contains("The database of the journal (host 127.0.0.1, port 1, database journal, user someone) does not answer", absence, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, absence, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        NodeSettings Settings(string connection) => NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), NodeConfiguration.Parse($$"""
            mapreduce {
              node { name = "node-1", folder = "{{folder}}/node" }
              http.token-file = "{{token}}"
              journal { provider = postgresql, connection = "{{connection}}" }
            }
            """, "test"), "test").WithFallback(NodeConfiguration.Local));

        async Task Refused(string connection, params string[] words)
        {
            var refused = await Assert.ThrowsAsync<ConfigurationException>(() => MapReduceNode.StartAsync(Settings(connection)));
            Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
            Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(PostgresServer.Password, refused.ToString(), StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public void Secrets_are_never_printed_and_each_mistake_has_its_exit_code()
    {
        const string Secret = "horse-battery-staple";
        var good = Server.ConnectionString;
        var folder = Directory.CreateTempSubdirectory("mapreduce-mistakes-").FullName;
        try
        {
            Told(null, "The connection 'warehouse' is not configured");
            Told(good.Replace(PostgresServer.Password, Secret, StringComparison.Ordinal), "refuses the login");
            Told($"Host=127.0.0.1;Port=1;Username=someone;Password={Secret}", "does not answer");
            Told($"Host=127.0.0.1;Pasword={Secret}", "cannot be understood");
            Told(good.Replace("Database=postgres", "Database=elsewhere", StringComparison.Ordinal), "no such database");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void Told(string? connection, string words)
        {
            string[] given = connection is null ? [] : ["--connection", $"warehouse={connection}"];
            var (code, output, error) = Mr.Run(["run", Mr.Job("MapReduce.PostgresJobs"), "--job", "NumbersToTable", "--output", Path.Combine(folder, "out"), .. given]);
            Assert.Contains(words, error, StringComparison.Ordinal);
            Assert.Equal(4, code);
            Assert.DoesNotContain(Secret, output + error, StringComparison.Ordinal);
            Assert.DoesNotContain(PostgresServer.Password, output + error, StringComparison.Ordinal);
        }
    }
}
