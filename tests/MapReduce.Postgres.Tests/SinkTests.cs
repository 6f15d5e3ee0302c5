using System.Globalization;
using MapReduce.Local;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Postgres.Tests;

[Collection("server")]
public sealed class SinkTests(SharedServer shared)
{
    private PostgresServer Server => shared.Server;

    [PostgresFact]
    public void Rows_and_files_of_a_job_are_the_same()
    {
        Server.Execute("CREATE TABLE word_counts (word text PRIMARY KEY, count bigint NOT NULL, noted timestamptz DEFAULT now())");
        var result = Jobs.Run(Server, job => Jobs.Words(job).WriteText(job.Output).WriteTo(Postgres.Table("warehouse", "word_counts").Columns("word", "count")), "to be or not to be", "that is the question");
        Assert.Equal(result.Rows.Order(StringComparer.Ordinal), Server.Rows("SELECT word, count FROM word_counts ORDER BY word COLLATE \"C\""));
        Assert.Equal(8, Server.Scalar<long>("SELECT count(*) FROM word_counts"));
        var job = result.Report.Manifest.Job;
        Assert.Equal(8m, Server.Scalar<decimal>($"SELECT sum(rows) FROM mapreduce_commit.shares WHERE job = '{job}'"));
        Assert.True(Server.Scalar<bool>($"SELECT committed AND ended IS NOT NULL FROM mapreduce_commit.jobs WHERE job = '{job}'"));
        Assert.Empty(Server.Prepared());
    }

    [PostgresFact]
    public void An_upsert_replaces_rows_of_the_same_key_and_leaves_the_others()
    {
        Server.Execute("CREATE TABLE upserted (word text UNIQUE, count bigint); INSERT INTO upserted VALUES ('be', 100), ('else', 7)");
        void Run() => Jobs.Run(Server, job => Jobs.Words(job).WriteTo(Postgres.Table("warehouse", "upserted").Upsert("word")), "to be or not to be");
        Run();
        Run();
        Assert.Equal(["be\t2", "else\t7", "not\t1", "or\t1", "to\t2"], Server.Rows("SELECT * FROM upserted ORDER BY word"));
        Assert.Empty(Server.Rows("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'mapreduce_commit' AND relkind = 'r' AND relname NOT IN ('jobs', 'shares')"));
    }

    [PostgresFact]
    public void Every_kind_of_value_arrives_and_is_read_back_as_it_was()
    {
        Server.Execute("""
            CREATE DOMAIN grade AS integer CHECK (VALUE < 100);
            CREATE TYPE mood AS ENUM ('happy', 'sad');
            CREATE TABLE kinds (id bigint, i2 smallint, i4 grade, yes boolean, f8 double precision, f4 real, n numeric, n2 numeric(20,6), t varchar(40), m mood, j jsonb, b bytea, u uuid, d date, tm time, ts timestamp, tz timestamptz, nothing text)
            """);
        var (uuid, moment) = (Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"), new DateTimeOffset(1999, 12, 31, 23, 59, 58, 123, TimeSpan.FromHours(2)));
        decimal[] numbers = [0m, 1m, -1m, 12345.6789m, 0.00012m, 79228162514264337593543950335m, -0.0000000000000000000000000001m, 10000m, 99999999.00000001m];
        Jobs.Run(Server, job => job.ReadNumbers(numbers.Length, 100)
            .Map((long number, IEmitter<long, None> output) => output.Emit(number, None.Value)).MapOnly()
            .WriteTo(Postgres.Table("warehouse", "kinds"), (id, _, row) =>
            {
                row.Write(id);
                row.Write(-7);
                row.Write(42);
                row.Write(true);
                row.Write(0.1);
                row.Write(0.5);
                row.Write(numbers[id]);
                row.Write(id);
                row.Write("naïve \t \\ 'text'");
                row.Write(new Utf8("happy"u8));
                row.Write("""{"a": [1, 2]}""");
                row.Write((byte[])[0, 255, 10]);
                row.Write(uuid);
                row.Write(new DateOnly(1969, 7, 20));
                row.Write(new TimeOnly(23, 59, 59));
                row.Write(new DateTime(2026, 1, 2, 3, 4, 5));
                row.Write(moment);
                row.WriteNull();
            }));
        Assert.Equal(numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)), Server.Rows("SELECT n::text FROM kinds ORDER BY id"));
        Assert.Equal("-7|42|t|0.1|0.5|naïve \t \\ 'text'|happy|{\"a\": [1, 2]}|\\x00ff0a|1969-07-20|23:59:59|2026-01-02 03:04:05|1999-12-31 21:59:58.123+00|",
            Server.Scalar<string>("SELECT concat_ws('|', i2, i4, CASE WHEN yes THEN 't' END, f8, f4, t, m, j, b, d, tm, ts, (tz AT TIME ZONE 'UTC')::text || '+00', coalesce(nothing, '')) FROM kinds WHERE id = 1"));

        var read = Jobs.Run(Server, job => job.Read(Postgres.Table("warehouse", "kinds").SplitBy("id", 3)).Map((PostgresRow row, IEmitter<long, string> output) =>
        {
            Assert.True(row.IsNull(row.Column("nothing")));
            Assert.Equal((-7L, 42, true, 0.1, 0.5), (row.GetInt64(1), row.GetInt32(2), row.GetBoolean(3), row.GetDouble(4), row.GetDouble(5)));
            Assert.Equal(("naïve \t \\ 'text'", "happy", """{"a": [1, 2]}"""), (row.GetString(8), row.GetString(9), row.GetString(10)));
            Assert.Equal([0, 255, 10], row.GetBytes(11).ToArray());
            Assert.Equal((uuid, new DateOnly(1969, 7, 20), new TimeOnly(23, 59, 59)), (row.GetGuid(12), row.GetDateOnly(13), row.GetTimeOnly(14)));
            Assert.Equal((new DateTime(2026, 1, 2, 3, 4, 5), moment), (row.GetDateTime(15), row.GetDateTimeOffset(16)));
            output.Emit(row.GetInt64(0), row.GetDecimal(6).ToString(CultureInfo.InvariantCulture));
        }).Sort().WriteText(job.Output));
        Assert.Equal(numbers.Select((number, id) => $"{id}\t{number.ToString(CultureInfo.InvariantCulture)}"), read.Rows);
    }

    [PostgresFact]
    public void A_job_reads_a_table_joins_it_with_a_log_and_writes_a_table()
    {
        var sample = Path.Combine(Cluster.Tests.Mr.Root, "jobs", "Traffic", "sample");
        Server.Execute(File.ReadAllText(Path.Combine(sample, "tables.sql")));
        var result = new Testing.JobTest { Inputs = [new("access.log", File.ReadAllText(Path.Combine(sample, "access.log")))], Settings = Jobs.Settings(Server.ConnectionString) }.Execute<Traffic.TrafficOfOwners>();
        Assert.Equal(["ada\t3\t1542", "grace\t1\t700", "unknown\t1\t9"], result.Rows);
        Assert.Equal(result.Rows, Server.Rows("SELECT * FROM traffic ORDER BY owner"));
    }

    [PostgresFact]
    public void A_record_that_is_skipped_leaves_no_row_whole_or_half()
    {
        Server.Execute("CREATE TABLE skipped (number bigint, word text)");
        var result = Jobs.Run(Jobs.Settings(Server.ConnectionString) with { SkipBadRecords = 50 }, job => job.ReadNumbers(100, 10)
            .Map((long number, IEmitter<long, long> output) =>
            {
                output.Emit(number, 1);
                output.Emit(number, 2);
                if (number % 10 == 3) throw new InvalidOperationException("not this one");
            }).MapOnly()
            .WriteTo(Postgres.Table("warehouse", "skipped"), (number, which, row) =>
            {
                row.Write(number);
                if (number % 10 == 7 && which == 2) throw new InvalidOperationException("not this one");
                row.Write("word");
            }));
        Assert.Equal(20, result.Report.SkippedRecords);
        Assert.Equal(160, Server.Scalar<long>("SELECT count(*) FROM skipped"));
        Assert.Equal(0, Server.Scalar<long>("SELECT count(*) FROM skipped WHERE number % 10 IN (3, 7)"));
    }

    [PostgresFact]
    public void A_job_that_fails_leaves_no_row_and_nothing_prepared()
    {
        Server.Execute("CREATE TABLE untouched (number bigint, word text)");
        var failure = Assert.Throws<JobFailedException>(() => Jobs.Run(Server, job => job.ReadNumbers(100, 10)
            .Map((long number, IEmitter<long, string> output) => output.Emit(number, number == 95 ? throw new InvalidOperationException("too large") : "text")).MapOnly()
            .WriteTo(Postgres.Table("warehouse", "untouched"))));
        Assert.Contains("too large", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, Server.Scalar<long>("SELECT count(*) FROM untouched"));
        Assert.Empty(Server.Prepared());
    }
}
