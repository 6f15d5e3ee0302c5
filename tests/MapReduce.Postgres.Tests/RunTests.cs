using System.Diagnostics;
using MapReduce.Cluster.Tests;
using Xunit;

namespace MapReduce.Postgres.Tests;

/// <summary><c>mr run</c> as a process of its own that is killed.</summary>
[Collection("server")]
public sealed class RunTests(SharedServer shared) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-run-").FullName;

    private PostgresServer Server => shared.Server;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [PostgresFact]
    public void The_next_run_gives_up_what_a_killed_run_has_prepared()
    {
        Server.Execute("CREATE TABLE run_twice (number bigint PRIMARY KEY, word text)");
        var gate = Directory.CreateDirectory(Path.Combine(folder, "gate")).FullName;
        using (var watcher = new FileSystemWatcher(gate))
        using (var prepared = new ManualResetEventSlim())
        {
            watcher.Created += (_, _) => prepared.Set();
            watcher.EnableRaisingEvents = true;
            using var run = Start("--gate", gate);
            // One that has ended will prepare nothing.
            var ended = Task.Run(() => run.StandardError.ReadToEnd());
            while (!prepared.Wait(TimeSpan.FromSeconds(1))) Assert.False(ended.IsCompleted, ended.IsCompleted ? ended.Result : "");
            run.Kill();
            run.WaitForExit();
        }
        Assert.NotEmpty(Server.Prepared());
        using var again = Start();
        again.WaitForExit();
        Assert.Equal((0, ""), (again.ExitCode, again.StandardError.ReadToEnd()));
        Assert.Empty(Server.Prepared());
        Assert.Equal(1000, Server.Scalar<long>("SELECT count(*) FROM run_twice"));
        Assert.Equal(Server.Rows("SELECT number, word FROM run_twice ORDER BY number"), Directory.GetFiles(Path.Combine(folder, "out"), "part-*").SelectMany(File.ReadAllLines).OrderBy(line => int.Parse(line.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture)));
    }

    private Process Start(params string[] own)
    {
        var start = new ProcessStartInfo("dotnet", [TestProgram.File, "run", Mr.Job("MapReduce.PostgresJobs"), "--job", "NumbersToTable", "--output", Path.Combine(folder, "out"), "--slots", "1", "--quiet", "--", "--table", "run_twice", .. own])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MAPREDUCE_CONNECTION_WAREHOUSE"] = Server.ConnectionString;
        return Process.Start(start)!;
    }
}
