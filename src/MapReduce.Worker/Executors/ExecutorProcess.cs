using System.Diagnostics;
using System.Net.Sockets;
using Google.Protobuf;
using MapReduce.Confinement;
using MapReduce.Protocol.Execution;
using MapReduce.Storage;

namespace MapReduce.Worker.Executors;

/// <summary>An executor: a child process, and the connection to it.</summary>
/// <remarks>It ends when its connection does, so that it never outlives the node, however the node ends.</remarks>
internal sealed class ExecutorProcess : IAsyncDisposable
{
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

    /// <summary>What has begun as an <see cref="ExecutorStart"/>, and has called.</summary>
    internal ExecutorProcess(Process process, NetworkStream stream, Reach reach, AttemptLogs logs, Task reading, Task gone, TimeSpan killDelay)
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
        var tail = logs.Tail();
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

    /// <summary>Ends what the job's code has started and left behind, and reads the rest of the output.</summary>
    internal static async Task DrainAsync(Process process, Task reading, TimeSpan patience)
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
}
