namespace MapReduce.Tests;

/// <summary>The program <c>mr</c> that tests start. A source file of each test project.</summary>
internal static class TestProgram
{
    /// <summary>The one that is built with the tests, or the same compiled ahead, which starts in a third of the time.</summary>
    public static string File { get; } = Environment.GetEnvironmentVariable("MAPREDUCE_TEST_PROGRAM") is { Length: > 0 } ahead ? ahead : Path.Combine(AppContext.BaseDirectory, "mr.dll");

    /// <summary>Lets the nodes of a cluster in this process start their executors with it, and stand still for a while, as they do beside load, without being given up.</summary>
    public static string Settings { get; } = $$"""

        mapreduce.executor.command = [dotnet, "{{File}}", executor]
        mapreduce.master.lease = 1m
        mapreduce.worker.solitude = 3m
        akka.cluster.failure-detector.acceptable-heartbeat-pause = 4s
        akka.cluster.split-brain-resolver.stable-after = 2s
        akka.persistence.journal.sql { recovery-event-timeout = 180s, circuit-breaker.call-timeout = 180s }
        akka.persistence.snapshot-store.sql.circuit-breaker.call-timeout = 180s

        """;
}
