using System.Diagnostics;
using System.Net.Sockets;
using MapReduce.Protocol.Execution;
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

    [LinuxFact]
    public async Task Whoever_calls_in_the_place_of_an_executor_is_sent_away()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        // A launcher, which says where the socket is, and waits until it may start the executor.
        var (socket, start) = (Path.Combine(folder, "socket"), Path.Combine(folder, "start"));
        var launcher = $"echo \"$0\" >'{socket}.new'; mv '{socket}.new' '{socket}'; until [ -e '{start}' ]; do sleep 0.02; done; dotnet '{TestProgram.File}' executor \"$0\" \"$1\"; exit $?";
        await using var pool = new ExecutorPool(Settings(spares: 0) with { ExecutorCommand = ["/bin/sh", "-c", launcher] });
        var taking = pool.TakeAsync(patience.Token);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!File.Exists(socket)) await pause.WaitForNextTickAsync(patience.Token);

        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await impostor.ConnectAsync(new UnixDomainSocketEndPoint((await File.ReadAllTextAsync(socket)).TrimEnd()), patience.Token);
        var hearing = impostor.ReceiveAsync(new byte[1].AsMemory(), patience.Token).AsTask();
        Assert.Same(hearing, await Task.WhenAny(hearing, taking));
        Assert.Equal(0, await hearing);

        await File.WriteAllTextAsync(start, "");
        var executor = await taking;
        await executor.SendAsync(new ToExecutor { Open = new Open { Assembly = Path.Combine(folder, "none.dll") } }, patience.Token);
        Assert.Equal(Reason.Definition, (await executor.ReceiveAsync(Frames.Most, patience.Token))?.Failed?.Reason);
    }

    [Fact]
    public async Task An_executor_that_is_killed_while_it_rehearses_leaves_no_file()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await using var pool = new ExecutorPool(Settings(spares: 0));
        var executor = await pool.TakeAsync(patience.Token);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!Directory.Exists(new NodeFolders(folder).Spares)) await pause.WaitForNextTickAsync(patience.Token);
        executor.Kill();
        await executor.EndAsync();
        Assert.Empty(Left());
    }

    [Fact]
    public async Task An_executor_that_ends_before_it_calls_leaves_no_file()
    {
        // It writes as one that rehearses does, and ends.
        var settings = Settings(spares: 0) with { ExecutorCommand = ["sh", "-c", "mkdir -p \"$2\" && : > \"$2/input\" && exit 3", "executor"] };
        await using var pool = new ExecutorPool(settings);
        var exception = await Assert.ThrowsAsync<IOException>(() => pool.TakeAsync(CancellationToken.None));
        Assert.Contains("ended with code 3 before it began", exception.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(new NodeFolders(folder).Spares));
        Assert.Empty(Left());
    }

    /// <summary>What is there of folders for executors.</summary>
    private List<string> Left()
    {
        var folders = new NodeFolders(folder);
        List<string> left = [.. Directory.GetDirectories(Path.GetTempPath(), folders.SocketPrefix + "*")];
        if (Directory.Exists(folders.Spares)) left.AddRange(Directory.GetDirectories(folders.Spares));
        return left;
    }

    private WorkerSettings Settings(int spares) => new() { Node = "node-1", Address = "http://127.0.0.1:1/", Folder = folder, ExecutorCommand = ["dotnet", TestProgram.File, "executor"], SpareExecutors = spares, KillDelay = Patience.Limit };
}
