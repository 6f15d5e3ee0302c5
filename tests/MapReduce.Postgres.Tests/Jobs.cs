using MapReduce.Local;
using MapReduce.Sdk;
using MapReduce.Storage;
using MapReduce.Testing;

namespace MapReduce.Postgres.Tests;

/// <summary>Jobs given as functions, run in this process with a connection called warehouse.</summary>
internal sealed class Jobs(Action<JobBuilder> define) : IJob
{
    public void Define(JobBuilder job) => define(job);

    public static LocalSettings Settings(string connectionString)
    {
        var connections = Connections.Of([KeyValuePair.Create("warehouse", connectionString)]);
        return new LocalSettings { Slots = 2, MemoryOfSlot = 16 << 20, SplitBytes = 64 << 10, Connections = connections, Participants = [new PostgresParticipant(connections)] };
    }

    public static TestResult Run(PostgresServer server, Action<JobBuilder> define, params string[] texts) => Run(Settings(server.ConnectionString), define, texts);

    public static TestResult Run(LocalSettings settings, Action<JobBuilder> define, params string[] texts)
        => new JobTest { Inputs = [.. texts.Select((text, index) => new TestInput($"input-{index}", text))], Settings = settings }.Execute(() => new Jobs(define));

    /// <summary>Counts words, in four partitions.</summary>
    public static Dataset<string, long> Words(JobBuilder job) => job.ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) =>
        {
            foreach (var word in line.Words()) output.Emit(word.ToString(), 1);
        })
        .Partitions(4)
        .Aggregate(Sum.Of<long>());
}
