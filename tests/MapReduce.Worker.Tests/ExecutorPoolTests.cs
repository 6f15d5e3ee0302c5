using System.Diagnostics;
using MapReduce.Worker.Executors;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>The executors of a life of a node.</summary>
public sealed class ExecutorPoolTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-worker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task No_executor_outlives_the_pool_that_started_it_whoever_has_taken_it()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var pool = new ExecutorPool(Settings(spares: 1));
        pool.Warm();
        var (kept, given) = (await pool.TakeAsync(patience.Token), await pool.TakeAsync(patience.Token));
        await given.DisposeAsync();
        pool.Warm();
        using var process = Process.GetProcessById(kept.Id);
        Assert.False(process.HasExited);

        await pool.DisposeAsync();
        Assert.True(process.HasExited);
        Assert.Equal((false, true, 0), (kept.IsAlive, kept.HasEnded, pool.Spares));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pool.TakeAsync(patience.Token));
        // Whoever had it may say so late.
        await kept.DisposeAsync();
        Assert.Contains("ended with code", await kept.EpitaphAsync(), StringComparison.Ordinal);
    }

    private WorkerSettings Settings(int spares) => new() { Node = "node-1", Address = "http://127.0.0.1:1/", Folder = folder, ExecutorCommand = ["dotnet", TestProgram.File, "executor"], SpareExecutors = spares, KillDelay = Patience.Limit };
}
