using System.Diagnostics;
using System.Globalization;
using MapReduce.Local;
using MapReduce.Postgres;
using MapReduce.Postgres.Tests;
using MapReduce.Sdk;
using MapReduce.Storage;
using NpgsqlTypes;

namespace MapReduce.Soak;

/// <summary>Compares a job that writes a table under two-phase commit with one plain COPY a partition, at the same parallelism, in turn.</summary>
internal static class CopySoak
{
    private const int Partitions = 8;
    private const int Parallel = 2;
    private const int Rounds = 3;
    private const double Wanted = 0.7;

    public static Task<Outcome> RunAsync(int rows)
    {
        // As a server is that somebody relies on; fsync off would flatter whoever syncs more.
        using var server = new PostgresServer("fsync=on", "max_wal_size=4GB", "shared_buffers=256MB");
        server.Execute("CREATE TABLE copied (number bigint, word text)");
        var (plain, inserts, upserts) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var times = (Time(server, () => Plain(server, rows)), Time(server, () => Job(server, rows, upsert: false)));
            Console.WriteLine($"round {round}: plain COPY {rows / times.Item1:0} rows/s, job {rows / times.Item2:0} rows/s{(round == 0 ? " (warming up)" : "")}");
            if (round == 0) continue;
            plain.Add(times.Item1);
            inserts.Add(times.Item2);
        }
        server.Execute("CREATE UNIQUE INDEX ON copied (number)");
        upserts.Add(Time(server, () => Job(server, rows, upsert: true)));
        var ratio = Median(plain) / Median(inserts);
        return Task.FromResult(new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} of plain COPY: {rows / Median(inserts):0} and {rows / Median(plain):0} rows/s; upsert into a unique index {rows / Median(upserts):0} rows/s"),
            string.Create(CultureInfo.InvariantCulture, $"at least {Wanted:0.00}"),
            ratio >= Wanted));
    }

    private static double Time(PostgresServer server, Action run)
    {
        server.Execute("TRUNCATE copied");
        server.Execute("CHECKPOINT");
        var begun = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static void Plain(PostgresServer server, int rows)
    {
        System.Threading.Tasks.Parallel.For(0, Partitions, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, partition =>
        {
            using var connection = server.Open();
            using var writer = connection.BeginBinaryImport("COPY copied (number, word) FROM STDIN (FORMAT BINARY)");
            for (long number = (long)rows * partition / Partitions; number < (long)rows * (partition + 1) / Partitions; number++)
            {
                writer.StartRow();
                writer.Write(number, NpgsqlDbType.Bigint);
                writer.Write($"number {number}", NpgsqlDbType.Text);
            }
            writer.Complete();
        });
    }

    private static void Job(PostgresServer server, int rows, bool upsert)
    {
        var connections = Connections.Of([KeyValuePair.Create("warehouse", server.ConnectionString)]);
        var output = Directory.CreateTempSubdirectory("mapreduce-copy-").FullName;
        try
        {
            LocalRunner.Run(new LocalJob("Copy", () => new Numbers(rows, upsert), [], Path.Combine(output, "out"), []), new LocalSettings { Slots = Parallel, Connections = connections, Participants = [new PostgresParticipant(connections)] });
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private sealed class Numbers(int rows, bool upsert) : IJob
    {
        public void Define(JobBuilder job)
        {
            var table = Postgres.Postgres.Table("warehouse", "copied").Columns("number", "word");
            job.ReadNumbers(rows, (rows + Partitions - 1) / Partitions)
                .Map((long number, IEmitter<long, string> output) => output.Emit(number, $"number {number}"))
                .MapOnly()
                .WriteTo(upsert ? table.Upsert("number") : table);
        }
    }
}
