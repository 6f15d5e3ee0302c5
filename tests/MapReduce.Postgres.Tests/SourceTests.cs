using MapReduce.Engine;
using MapReduce.Local;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Postgres.Tests;

[Collection("server")]
public sealed class SourceTests(SharedServer shared)
{
    private PostgresServer Server => shared.Server;

    private static StoreContext Context(PostgresServer server, long split = 64 << 20) => new("", "plan", 0, _ => server.ConnectionString, CancellationToken.None) { SplitBytes = split };

    [PostgresFact]
    public void A_table_is_cut_into_ranges_that_hold_every_row_once()
    {
        Server.Execute("CREATE TABLE skewed AS SELECT (i * i) % 1000003 AS id, repeat('x', 100) AS filler FROM generate_series(1, 20000) AS i; INSERT INTO skewed VALUES (NULL, 'none'), (NULL, 'none')");
        var table = Postgres.Table("warehouse", "skewed").SplitBy("id");
        var pieces = table.Plan(Context(Server, split: 300_000));
        Assert.InRange(pieces.Count, 8, 12);
        Assert.Equal(pieces, table.Plan(Context(Server, split: 300_000)));
        var counts = new List<int>();
        var previous = long.MinValue;
        foreach (var piece in pieces)
        {
            var rows = 0;
            table.Read(piece.Text, Context(Server), (row, bytes) =>
            {
                rows++;
                Assert.True(bytes >= 4);
                if (row.IsNull(0)) return;
                Assert.True(row.GetInt64(0) >= previous);
                previous = row.GetInt64(0);
            });
            counts.Add(rows);
        }
        Assert.Equal(20_002, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 20_002 / pieces.Count / 2, 20_002 / pieces.Count * 2));
    }

    [PostgresFact]
    public void A_query_is_read_in_ranges_of_any_type_that_has_an_order()
    {
        Server.Execute("CREATE TABLE people (name text, born date); INSERT INTO people SELECT 'person ''' || i, date '1900-01-01' + i FROM generate_series(0, 999) AS i");
        foreach (var key in (string[])["name", "born"])
        {
            var result = Jobs.Run(Server, job => job.Read(Postgres.Query("warehouse", "SELECT name, born FROM people WHERE born < date '1902-01-01';").SplitBy(key, 5))
                .Map((PostgresRow row, IEmitter<None, long> output) => output.Emit(None.Value, row.GetUtf8(0).Length > 0 && row.GetDateOnly(1).Year >= 1900 ? 1 : 0))
                .Aggregate(Sum.Of<long>()).WriteText(job.Output));
            Assert.Equal(["730"], result.Rows);
        }
    }

    [PostgresFact]
    public void What_is_wrong_with_a_source_is_said_before_any_work()
    {
        var missing = Assert.Throws<JobFailedException>(() => Read(job => job.Read(Postgres.Table("warehouse", "nowhere"))));
        Assert.Equal(EngineError.BadInput, missing.Error);
        Assert.Contains("no table nowhere", missing.Message, StringComparison.Ordinal);
        var wrong = Assert.Throws<JobFailedException>(() => Read(job => job.Read(Postgres.Query("warehouse", "SELEC 1"))));
        Assert.Contains("syntax error", wrong.Message, StringComparison.Ordinal);
        var type = Assert.Throws<JobFailedException>(() => Read(job => job.Read(Postgres.Query("warehouse", "SELECT 'a'::text AS letter"))));
        Assert.Contains("Column 'letter' is of type text", type.Message, StringComparison.Ordinal);

        void Read(Func<JobBuilder, Source<PostgresRow>> read) => Jobs.Run(Server, job => read(job).Map((PostgresRow row, IEmitter<long, None> output) => output.Emit(row.GetInt64(0), None.Value)).Sort().WriteText(job.Output));
    }

    [PostgresFact]
    public void A_table_that_cannot_be_read_is_told_with_the_reason_and_without_a_secret()
    {
        const string Secret = "horse-battery-staple";
        var good = Server.ConnectionString;
        Server.Execute("CREATE TABLE readable (id bigint)");
        Told(good, "absent", "absent");
        Told(good.Replace(PostgresServer.Password, Secret, StringComparison.Ordinal), "readable", "refuses the login");
        Told(good.Replace("Database=postgres", "Database=elsewhere", StringComparison.Ordinal), "readable", "no such database");
        Told($"Host=127.0.0.1;Port=1;Username=someone;Password={Secret}", "readable", "does not answer");

        static void Told(string connection, string table, string words)
        {
            var failure = Assert.Throws<JobFailedException>(() => Jobs.Run(Jobs.Settings(connection), job => job.Read(Postgres.Table("warehouse", table))
                .Map((PostgresRow row, IEmitter<long, None> output) => output.Emit(row.GetInt64(0), None.Value)).WriteText(job.Output)));
            Assert.Equal(EngineError.BadInput, failure.Error);
            Assert.Contains(words, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(PostgresServer.Password, failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_server_that_starts_is_waited_for_by_those_who_would_not_wait_for_one_that_is_not_there()
    {
        using var server = new StartingServer(logins: 3);
        var context = new StoreContext("job", "plan", 0, _ => server.ConnectionString, CancellationToken.None) { Patience = TimeSpan.Zero };
        var failure = Assert.Throws<StoreException>(() => Database.Open("warehouse", context));
        Assert.Contains("refuses the login", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Left);
    }
}
