using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using MapReduce.Confinement;
using MapReduce.Protocol.Execution;
using MapReduce.Storage;

namespace MapReduce.Worker.Executors;

/// <summary>An executor: a child process, and the connection to it.</summary>
/// <remarks>It ends when its connection does, so that it never outlives the node, however the node ends.</remarks>
internal sealed class ExecutorProcess : IAsyncDisposable
{
    private const int LogTail = 2000;

    private readonly Process process;
    private readonly NetworkStream stream;
    private readonly AttemptLogs logs;
    private readonly Task reading;
    private readonly Task gone;
    private readonly Leash? leash;
    private readonly TimeSpan killDelay;
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly object looking = new();
    private readonly Lazy<Task<int>> end;

    private ExecutorProcess(Process process, NetworkStream stream, Reach reach, AttemptLogs logs, Task reading, Task gone, TimeSpan killDelay)
    {
        this.process = process;
        this.stream = stream;
        this.logs = logs;
        this.reading = reading;
        this.gone = gone;
        this.killDelay = killDelay;
        Id = process.Id;
        Reach = reach;
        // It has called, so it has begun a group of its own.
        leash = Leash.Of(Id);
        end = new Lazy<Task<int>>(EndOnceAsync);
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>What it reaches.</summary>
    public Reach Reach { get; }

    /// <summary>Whether it can still be used.</summary>
    public bool IsAlive => !end.IsValueCreated && !process.HasExited;

    /// <summary>Whether it was ended, and is gone.</summary>
    public bool HasEnded => end.IsValueCreated && end.Value.IsCompleted;

    /// <summary>Whose log its output is.</summary>
    public AttemptLogs Logs => logs;

    /// <summary>The bytes of memory that it uses now, with what it has started; 0 where that cannot be told.</summary>
    public long Memory => Look(process => process.WorkingSet64 + ProcessTree.MemoryBelow(Id));

    /// <summary>The processor time that it has used; zero where that cannot be told.</summary>
    public TimeSpan ProcessorTime => new(Look(process => process.TotalProcessorTime.Ticks));

    /// <summary>The threads that it has now, with what it has started; 0 where that cannot be told.</summary>
    public long Threads => OperatingSystem.IsLinux() ? ProcessTree.Threads(Id) : Look(process => process.Threads.Count);

    /// <summary>Starts one.</summary>
    /// <param name="settings">The node's settings.</param>
    /// <param name="reaches">What executors reach.</param>
    /// <param name="needed">What its job needs; nothing for one that waits for any job.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It does not start, or does not call back.</exception>
    public static async Task<ExecutorProcess> StartAsync(WorkerSettings settings, ExecutorReach reaches, IReadOnlyList<Opening> needed, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var folders = new ExecutorFolders(new NodeFolders(settings.Folder));
        var folder = folders.MakeForSocket();
        try
        {
            var path = ExecutorFolders.SocketIn(folder);
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(AddressOf(path));
            listener.Listen(Callers.Waiting);
            var logs = new AttemptLogs(settings.LogBytes);
            var (process, reach, gone) = await BeginAsync(settings, reaches, needed, folders, path, cancellation);
            var reading = Task.WhenAll(logs.ReadAsync(process.StandardOutput), logs.ReadAsync(process.StandardError));
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                int? stranger = null;
                _ = TellAsync(process, reach);
                var accepting = Callers.AcceptAsync(listener, process.Id, number => stranger = number, either.Token);
                if (await Task.WhenAny(accepting, gone) != accepting)
                {
                    await either.CancelAsync();
                    cancellation.ThrowIfCancellationRequested();
                    await DrainAsync(process, reading, settings.KillDelay);
                    throw new IOException($"The executor '{string.Join(' ', settings.ExecutorCommand)}' ended with code {process.ExitCode} before it began: {logs.Tail(LogTail)}{(stranger is { } number ? Stranger(number) : "")}");
                }
                return new ExecutorProcess(process, new NetworkStream(await accepting, ownsSocket: true), reach, logs, reading, gone, settings.KillDelay);
            }
            catch
            {
                if (!process.HasExited) process.Kill();
                // Nobody is told of the end of a process that was disposed of, and one that the kernel does not let die is not waited for.
                await Task.WhenAny(gone, Task.Delay(settings.KillDelay, CancellationToken.None));
                process.Dispose();
                throw;
            }
        }
        catch (SocketException exception)
        {
            throw new IOException($"An executor cannot be reached: {exception.Message}", exception);
        }
        finally
        {
            // An executor that has called back is not lost for a folder.
            ExecutorFolders.RemoveOfSocket(folder);
        }
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="IOException">The executor has ended.</exception>
    public async Task SendAsync(ToExecutor message, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        message.WriteDelimitedTo(buffer);
        try
        {
            await sending.WaitAsync(cancellation);
            try
            {
                await stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellation);
            }
            finally
            {
                sending.Release();
            }
        }
        catch (ObjectDisposedException exception)
        {
            throw new IOException("The executor has ended.", exception);
        }
    }

    /// <summary>The next message; null where the executor has ended.</summary>
    /// <exception cref="FrameException">It has sent what is none, or one of more bytes than <paramref name="most"/>.</exception>
    public async Task<FromExecutor?> ReceiveAsync(int most, CancellationToken cancellation)
    {
        try
        {
            return await Frames.ReadAsync(stream, most, cancellation);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>How it ended: its exit code, and what it wrote last.</summary>
    public async Task<string> EpitaphAsync()
    {
        var exitCode = await end.Value;
        var tail = logs.Tail(LogTail);
        var how = exitCode > 128 ? $"signal {exitCode - 128}" : $"code {exitCode}";
        return tail.Length == 0 ? $"The executor ended with {how}." : $"The executor ended with {how}. It wrote last: {tail}";
    }

    /// <summary>Ends it, and what it has started; whoever asks waits until it is gone.</summary>
    public Task EndAsync() => end.Value;

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        lock (looking) process.Dispose();
        sending.Dispose();
    }

    /// <summary>Tells the exit code, which a process that was disposed of does not.</summary>
    private async Task<int> EndOnceAsync()
    {
        // Closing the connection ends it; if its runtime is past that, a signal does.
        await stream.DisposeAsync();
        try
        {
            await gone.WaitAsync(killDelay);
        }
        catch (TimeoutException)
        {
            Kill();
        }
        await gone;
        leash?.Dispose();
        var exitCode = process.ExitCode;
        await DrainAsync(process, reading, killDelay);
        return exitCode;
    }

    /// <summary>Starts a process with a folder for its temporary files.</summary>
    private static async Task<(Process Process, Reach Reach, Task Gone)> BeginAsync(WorkerSettings settings, ExecutorReach reaches, IReadOnlyList<Opening> needed, ExecutorFolders folders, string socket, CancellationToken cancellation)
    {
        var temporary = folders.MakeForTemporary();
        try
        {
            // It lists folders, on disks that may be slow.
            var reach = await Task.Run(() => reaches.Of(temporary, needed), cancellation);
            var process = Start(settings, reaches, socket, temporary);
            return (process, reach, RemoveAtEndAsync(process, temporary));
        }
        catch
        {
            Removal.TryFolder(temporary);
            throw;
        }
    }

    /// <summary>Waits for the end of a process, and removes its temporary files.</summary>
    private static async Task RemoveAtEndAsync(Process process, string temporary)
    {
        await process.WaitForExitAsync();
        Removal.TryFolder(temporary);
    }

    /// <summary>Tells a process what it reaches, as its standard input; that is at its end then.</summary>
    private static async Task TellAsync(Process process, Reach reach)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Openings.Write(reach.Openings));
            process.StandardInput.Close();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // It has ended, and is found so.
        }
    }

    /// <summary>Ends what the job's code has started and left behind, and reads the rest of the output.</summary>
    private static async Task DrainAsync(Process process, Task reading, TimeSpan patience)
    {
        // An executor is the first of a group of its own.
        if (!OperatingSystem.IsWindows()) ProcessSignals.Send(-process.Id, ProcessSignals.Kill);
        try
        {
            await reading.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            // Whoever has left the group holds the pipes, perhaps for ever.
            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }
    }

    private long Look(Func<Process, long> at)
    {
        try
        {
            // The attempt's watch, the metrics and the dashboard look at the same time, and what one has read another throws away.
            lock (looking)
            {
                process.Refresh();
                return process.HasExited ? 0 : at(process);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }

    private static UnixDomainSocketEndPoint AddressOf(string socket)
    {
        try
        {
            return new UnixDomainSocketEndPoint(socket);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new IOException($"The path '{socket}' is too long for a socket. Name a folder with a shorter path for temporary files in TMPDIR, and start the node again.", exception);
        }
    }

    /// <summary>Who sets a command that lets a daemon start executors, as those of containers do, reads here why it cannot be.</summary>
    private static string Stranger(int number)
        => $" {(number == 0 ? "A process that the node cannot see" : $"Process {number}")} called in its place and was sent away, because the command had not started it: mapreduce.executor.command must start the executor itself, and not have a daemon start it.";

    private static Process Start(WorkerSettings settings, ExecutorReach reaches, string socket, string temporary)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        List<string> command = [.. settings.ExecutorCommand, socket, ExecutorFolders.RehearsalIn(temporary), .. reaches.Steps];
        if (settings.Niceness > 0 && !OperatingSystem.IsWindows()) command.InsertRange(0, ["nice", "-n", settings.Niceness.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        start.FileName = command[0];
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        ExecutorEnvironment.Restrict(start.Environment, settings.ExecutorVariables);
        // The folder of the machine is not theirs; and what lets others into a process is of no use where nobody may come in.
        if (reaches.Confines) (start.Environment["TMPDIR"], start.Environment["DOTNET_EnableDiagnostics"]) = (temporary, "0");
        try
        {
            var process = Process.Start(start)!;
            Expend(process);
            return process;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"The executor '{string.Join(' ', command)}' cannot be started: {exception.Message}", exception);
        }
    }

    /// <summary>Lets the system take executors first when memory runs out, and never the node for their sake.</summary>
    private static void Expend(Process process)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            File.WriteAllText($"/proc/{process.Id}/oom_score_adj", "800");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended already, or the system does not let us.
        }
    }
}
