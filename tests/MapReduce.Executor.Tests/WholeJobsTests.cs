using System.Diagnostics;
using MapReduce.Protocol.Execution;
using Xunit;

namespace MapReduce.Executor.Tests;

/// <summary>What executors make, each task in another process, is what a local run makes, byte for byte.</summary>
public sealed class WholeJobsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-executor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("WordCount", "text", "--sorted")]
    [InlineData("InvertedIndex", "text")]
    [InlineData("LogAnalytics", "logs")]
    [InlineData("Sort", "records", "--record", "100")]
    public void Executors_make_the_output_of_a_local_run(string job, string kind, params string[] arguments)
    {
        var input = Path.Combine(folder, "input");
        Mr("generate", kind, "--size", "400KB", "--output", input);
        var local = Path.Combine(folder, "local");
        Mr(["run", ExecutorProcess.Assembly(job), "-q", "--input", input, "--output", local, "--split", "50000", "--partitions", "3", "--", .. arguments]);

        using var first = new ExecutorProcess();
        using var second = new ExecutorProcess();
        var run = new JobOnExecutors(folder, [first, second]);
        run.Run(new Open
        {
            Assembly = ExecutorProcess.Assembly(job),
            Inputs = { input },
            Arguments = { arguments },
            Settings = new Settings { TaskMemory = 1 << 20, SplitBytes = 50_000, Partitions = 3, Compression = 1 },
        });

        var expected = Directory.GetFiles(local, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file)[0] != '_')
            .ToDictionary(file => Path.GetRelativePath(local, file).Replace('\\', '/'), File.ReadAllText);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, run.Parts.ToDictionary(part => part.Key, part => File.ReadAllText(part.Value)));
    }

    private static void Mr(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [ExecutorProcess.Assembly("mr"), .. arguments]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
