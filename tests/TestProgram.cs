namespace MapReduce.Tests;

/// <summary>The program <c>mr</c> that tests start. A source file of each test project.</summary>
internal static class TestProgram
{
    /// <summary>The one that is built with the tests, or the same compiled ahead, which starts in a third of the time.</summary>
    public static string File { get; } = Environment.GetEnvironmentVariable("MAPREDUCE_TEST_PROGRAM") is { Length: > 0 } ahead ? ahead : Path.Combine(AppContext.BaseDirectory, "mr.dll");

    /// <summary>Lets the nodes of a cluster in this process start their executors with it.</summary>
    public static string Settings { get; } = $"\nmapreduce.executor.command = [dotnet, \"{File}\", executor]\n";
}
