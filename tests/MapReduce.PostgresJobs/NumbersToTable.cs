using CommandLine;
using MapReduce.Sdk;

namespace MapReduce.PostgresJobs;

public sealed class NumbersOptions
{
    [Option("count", Default = 1000L)]
    public long Count { get; set; }

    [Option("maps", Default = 2)]
    public int Maps { get; set; }

    [Option("partitions", Default = 4)]
    public int Partitions { get; set; }

    [Option("connection", Default = "warehouse")]
    public string Connection { get; set; } = "";

    [Option("table", Default = "numbers")]
    public string Table { get; set; } = "";

    [Option("upsert")]
    public bool Upsert { get; set; }

    [Option("no-files")]
    public bool NoFiles { get; set; }

    [Option("gate", HelpText = "A folder: each attempt that has prepared its rows makes a file of its name there, and waits until there is a file 'open'.")]
    public string? Gate { get; set; }
}

/// <summary>Writes numbers with a text each to a table and to files: the same rows.</summary>
public sealed class NumbersToTable : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<NumbersOptions>();
        var table = Postgres.Postgres.Table(options.Connection, options.Table).Columns("number", "word");
        if (options.Upsert) table = table.Upsert("number");
        var rows = job.ReadNumbers(options.Count, Math.Max(1, options.Count / options.Maps))
            .Map((long number, IEmitter<long, string> output) => output.Emit(number, $"number {number}"))
            .Partitions(options.Partitions)
            .Sort();
        if (!options.NoFiles) rows.WriteText(job.Output);
        var sink = Postgres.Postgres.Sink<long, string>(table);
        rows.WriteTo(options.Gate is null ? sink : new GatedSink<long, string>(sink, options.Gate));
    }
}
