using System.Diagnostics;
using System.Net.Sockets;
using MapReduce.Confinement;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
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
        var (kept, given) = (await pool.TakeAsync([], patience.Token), await pool.TakeAsync([], patience.Token));
        await given.DisposeAsync();
        pool.Warm();
        using var process = Process.GetProcessById(kept.Id);
        Assert.False(process.HasExited);

        await pool.DisposeAsync();
        Assert.True(process.HasExited);
        Assert.Equal((false, true, 0), (kept.IsAlive, kept.HasEnded, pool.Spares));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pool.TakeAsync([], patience.Token));
        // Whoever had it may say so late.
        await kept.DisposeAsync();
        Assert.Contains("ended with code", await kept.EpitaphAsync(), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Whoever_calls_in_the_place_of_an_executor_is_sent_away()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await using var pool = new ExecutorPool(Launched($"dotnet '{TestProgram.File}' executor \"$0\" \"$1\"; exit $?"));
        var taking = pool.TakeAsync([], patience.Token);
        await CallInVainAsync(taking, patience.Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "start"), "");
        var executor = await taking;
        await executor.SendAsync(new ToExecutor { Open = new Open { Assembly = Path.Combine(folder, "none.dll") } }, patience.Token);
        Assert.Equal(Reason.Definition, (await executor.ReceiveAsync(Frames.Most, patience.Token))?.Failed?.Reason);
    }

    [Fact]
    public async Task An_executor_that_is_killed_while_it_rehearses_leaves_no_file()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await using var pool = new ExecutorPool(Settings(spares: 0));
        var executor = await pool.TakeAsync([], patience.Token);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!Left().Any(left => Directory.Exists(ExecutorFolders.RehearsalIn(left)))) await pause.WaitForNextTickAsync(patience.Token);
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
        var exception = await Assert.ThrowsAsync<IOException>(() => pool.TakeAsync([], CancellationToken.None));
        Assert.Contains("ended with code 3 before it began", exception.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(new NodeFolders(folder).Spares));
        Assert.Empty(Left());
    }

    [LinuxFact]
    public async Task A_command_that_lets_another_start_the_executor_is_told_why_that_cannot_be()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await using var pool = new ExecutorPool(Launched("exit 3"));
        var taking = pool.TakeAsync([], patience.Token);
        // As an executor would that a daemon has started.
        await CallInVainAsync(taking, patience.Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "start"), "");
        var exception = await Assert.ThrowsAsync<IOException>(() => taking);
        Assert.Contains("ended with code 3 before it began", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith($" Process {Environment.ProcessId} called in its place and was sent away, because the command had not started it: mapreduce.executor.command must start the executor itself, and not have a daemon start it.", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A launcher, which says where the socket is, and waits until it may go on.</summary>
    private WorkerSettings Launched(string then)
    {
        var (socket, start) = (Path.Combine(folder, "socket"), Path.Combine(folder, "start"));
        var launcher = $"echo \"$0\" >'{socket}.new'; mv '{socket}.new' '{socket}'; until [ -e '{start}' ]; do sleep 0.02; done; {then}";
        return Settings(spares: 0) with { ExecutorCommand = ["/bin/sh", "-c", launcher] };
    }

    /// <summary>Calls at the socket of an executor that its launcher has not started yet.</summary>
    private async Task CallInVainAsync(Task starting, CancellationToken cancellation)
    {
        var socket = Path.Combine(folder, "socket");
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!File.Exists(socket)) await pause.WaitForNextTickAsync(cancellation);
        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await impostor.ConnectAsync(new UnixDomainSocketEndPoint((await File.ReadAllTextAsync(socket, cancellation)).TrimEnd()), cancellation);
        var hearing = impostor.ReceiveAsync(new byte[1].AsMemory(), cancellation).AsTask();
        Assert.Same(hearing, await Task.WhenAny(hearing, starting));
        Assert.Equal(0, await hearing);
    }

    [ConfiningFact]
    public async Task An_executor_in_waiting_serves_a_job_whose_places_it_reaches_and_another_is_started_for_one_whose_places_it_does_not()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var (storage, elsewhere) = (Directory.CreateDirectory(Path.Combine(folder, "storage")).FullName, Directory.CreateDirectory(Path.Combine(folder, "elsewhere")).FullName);
        var confined = Settings(spares: 1) with { Folder = Path.Combine(folder, "node"), Confinement = new ConfinementSettings { Isolation = Isolation.Standard, Storage = [storage] } };
        await using var pool = new ExecutorPool(confined);
        pool.Warm();
        // Made since: what is open is open with all that comes to lie in it.
        var near = pool.Reach.OfJob("job", OrderOf(Path.Combine(storage, "out")), "");
        await using var first = await pool.TakeAsync(near, patience.Token);
        Assert.Equal(0, pool.Spares);
        Assert.True(first.Reach.Covers(near));

        pool.Warm();
        Opening[] far = [new(elsewhere, Rights.Read)];
        await using var second = await pool.TakeAsync(far, patience.Token);
        Assert.Equal(0, pool.Spares);
        Assert.Equal((false, true), (first.Reach.Covers(far), second.Reach.Covers(far)));
        foreach (var executor in (ExecutorProcess[])[first, second])
        {
            await executor.SendAsync(new ToExecutor { Open = new Open { Assembly = Path.Combine(folder, "none.dll") } }, patience.Token);
            Assert.Equal(Reason.Definition, (await executor.ReceiveAsync(Frames.Most, patience.Token))?.Failed?.Reason);
        }

        // Rights are those of the folder that was there, and not of its name.
        Directory.Delete(storage, recursive: true);
        Directory.CreateDirectory(storage);
        Assert.False(first.Reach.Covers(near));
    }

    [ConfiningFact]
    public void A_job_that_names_what_is_closed_or_no_storage_is_refused_with_what_to_do()
    {
        var node = Path.Combine(folder, "node");
        var storage = Directory.CreateDirectory(Path.Combine(folder, "storage")).FullName;
        var reach = new ExecutorPool(Settings(spares: 0) with { Folder = node, Confinement = new ConfinementSettings { Isolation = Isolation.Standard, Storage = [storage, node] } }).Reach;
        Directory.CreateSymbolicLink(Path.Combine(storage, "way"), Directory.CreateDirectory(Path.Combine(node, "logs")).FullName);
        foreach (var (place, words) in ((string, string)[])[(Path.Combine(node, "logs"), "mapreduce.executor.closed"), (Path.Combine(storage, "way"), "mapreduce.executor.closed"), (folder, $"mapreduce.executor.storage of node-1 names: {storage}")])
        {
            var order = OrderOf(Path.Combine(storage, "out"));
            order.Inputs.Add(place);
            var exception = Assert.Throws<ExecutorException>(() => reach.OfJob("job", order, ""));
            Assert.Equal(FailureKind.Definition, exception.Kind);
            Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        }
    }

    [ConfiningFact]
    public async Task Where_isolation_is_strict_executors_wait_at_their_start_and_are_told_what_their_job_names()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var storage = Directory.CreateDirectory(Path.Combine(folder, "storage")).FullName;
        await using var pool = new ExecutorPool(Strict(storage));
        pool.Warm();
        Assert.Equal(1, pool.Spares);
        var own = pool.Reach.OfJob("job", OrderOf(Path.Combine(storage, "out")), folder);
        var other = pool.Reach.OfJob("other", OrderOf(Path.Combine(storage, "other")), folder);
        await using var executor = await pool.TakeAsync(own, patience.Token);
        Assert.Equal(0, pool.Spares);
        Assert.Equal((true, false), (executor.Reach.Covers(own), executor.Reach.Covers(other)));
        await executor.SendAsync(new ToExecutor { Open = new Open { Assembly = Path.Combine(folder, "none.dll") } }, patience.Token);
        Assert.Equal(Reason.Definition, (await executor.ReceiveAsync(Frames.Most, patience.Token))?.Failed?.Reason);
    }

    [ConfiningFact]
    public async Task An_executor_at_its_start_ends_with_the_pool_and_one_that_has_ended_is_replaced()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var storage = Directory.CreateDirectory(Path.Combine(folder, "storage")).FullName;
        var strict = Strict(storage);
        var pool = new ExecutorPool(strict);
        pool.Warm();
        var waiting = await ChildAsync(patience.Token);
        waiting.Kill();
        await waiting.WaitForExitAsync(patience.Token);
        await using (await pool.TakeAsync([], patience.Token)) Assert.Equal(0, pool.Spares);
        pool.Warm();
        using var left = await ChildAsync(patience.Token);
        await pool.DisposeAsync();
        Assert.True(left.HasExited);
        Assert.Equal(0, pool.Spares);
        var folders = new NodeFolders(strict.Folder);
        Assert.Empty(Directory.GetDirectories(folders.Spares));
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), folders.SocketPrefix + "*"));

        // What it has for temporary files stands in its command.
        async Task<Process> ChildAsync(CancellationToken cancellation)
        {
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            while (true)
            {
                foreach (var process in Process.GetProcesses())
                {
                    if (CommandOf(process.Id).Contains(strict.Folder, StringComparison.Ordinal)) return process;
                    process.Dispose();
                }
                await pause.WaitForNextTickAsync(cancellation);
            }
        }
    }

    private static string CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private WorkerSettings Strict(string storage)
        => Settings(spares: 1) with { Folder = Path.Combine(folder, "node"), Confinement = new ConfinementSettings { Isolation = Isolation.Strict, Storage = [storage] } };

    private static JobOrder OrderOf(string staging) => new() { Staging = Directory.CreateDirectory(Path.Combine(staging, "private")).FullName, Shared = Directory.CreateDirectory(Path.Combine(staging, "scratch")).FullName };

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
