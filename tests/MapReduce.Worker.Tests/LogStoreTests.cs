using MapReduce.Worker.Executors;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class LogStoreTests : IDisposable
{
    private static readonly DateTime Now = DateTime.UtcNow;
    private static readonly HashSet<string> Running = ["running"];

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-logs-").FullName;
    private readonly NodeFolders folders;
    private readonly LogStore logs;

    public LogStoreTests()
    {
        folders = new NodeFolders(folder);
        logs = new LogStore(folders);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_oldest_logs_of_ended_jobs_go_until_the_rest_is_small_enough_and_those_of_running_jobs_stay()
    {
        Write("running", "a0", bytes: 500, hours: 90);
        Write("failed", "a0", bytes: 400, hours: 3);
        Write("failed", "a1", bytes: 300, hours: 1);
        Write("done", "a0", bytes: 10, hours: 4);
        logs.Trim(1000, Now.AddDays(-7), Running);
        Assert.Equal(["failed/a1", "running/a0"], Kept());
        Assert.Equal(["failed", "running"], logs.Jobs().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Logs_that_are_too_old_go_though_there_is_room()
    {
        Write("running", "a0", bytes: 1, hours: 200);
        Write("long", "a0", bytes: 1, hours: 200);
        Write("long", "a1", bytes: 1, hours: 100);
        logs.Trim(1 << 20, Now.AddDays(-7), Running);
        Assert.Equal(["long/a1", "running/a0"], Kept());
    }

    [Fact]
    public void The_logs_of_one_job_are_forgotten()
    {
        Write("gone", "a0", bytes: 1, hours: 0);
        Write("stays", "a0", bytes: 1, hours: 0);
        logs.Forget("gone");
        logs.Forget("gone");
        Assert.Equal(["stays/a0"], Kept());
    }

    private void Write(string job, string attempt, int bytes, int hours)
    {
        var log = folders.Log(job, attempt);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        File.WriteAllBytes(log, new byte[bytes]);
        File.SetLastWriteTimeUtc(log, Now.AddHours(-hours));
    }

    private IEnumerable<string> Kept()
        => Directory.GetFiles(folders.Logs, "*.log", SearchOption.AllDirectories).Select(file => Path.ChangeExtension(Path.GetRelativePath(folders.Logs, file), null)).Order(StringComparer.Ordinal);
}
