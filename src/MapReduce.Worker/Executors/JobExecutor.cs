using System.Diagnostics;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Telemetry;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Blobs;
using MapReduce.Worker.Telemetry;

namespace MapReduce.Worker.Executors;

/// <summary>An executor failed an attempt by what it did, or did not do.</summary>
internal sealed class ExecutorException(FailureKind kind, string message) : Exception(message)
{
    /// <summary>What it did.</summary>
    public FailureKind Kind { get; } = kind;
}

/// <summary>An executor that serves a job, watched while it works.</summary>
internal sealed class JobExecutor(string job, ExecutorProcess process, UnpackedPackage package, WorkerSettings settings, JobOrder order, WorkerMetrics metrics) : IAsyncDisposable
{
    private string? log;
    private bool broken;

    /// <summary>The job that it serves.</summary>
    public string Job => job;

    /// <summary>What the job says of itself; null before it is opened.</summary>
    public Opened? Definition { get; private set; }

    /// <summary>Whether it may be given another attempt.</summary>
    public bool IsUsable => !broken && Definition is not null && process.IsAlive;

    /// <summary>What it uses now.</summary>
    public ExecutorResources Resources => new(process.Id, process.Memory, process.Threads);

    /// <summary>Lets the job load and define itself.</summary>
    /// <exception cref="ExecutorException">It cannot, or the executor ended, or took too long, or too much.</exception>
    public async Task OpenAsync(Open open, CancellationToken cancellation)
    {
        metrics.Started.Add(1);
        metrics.Live.Add(process);
        await SendAsync(new ToExecutor { Open = open }, cancellation);
        var answer = await WatchAsync(_ => { }, Frames.Most, cancellation);
        ReportCheck.Answer(answer);
        Definition = answer.Opened ?? throw new ExecutorException(Failures.KindOf(answer.Failed.Reason), answer.Failed.Message);
    }

    /// <summary>Says where the output of the next attempt goes; for the first attempt that is known already.</summary>
    public void BeginLog(string file)
    {
        if (log is not null) process.Logs.Begin(file);
        log = file;
    }

    /// <summary>Runs an attempt.</summary>
    /// <exception cref="ExecutorException">The executor ended, or took too long, or too much.</exception>
    /// <exception cref="OperationCanceledException">The attempt was to stop, and has.</exception>
    public async Task<FromExecutor> RunAsync(Run run, Action<long> progress, CancellationToken cancellation)
    {
        await SendAsync(new ToExecutor { Run = run }, cancellation);
        try
        {
            return await WatchAsync(progress, MostOf(run), cancellation);
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(run);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        metrics.Live.Remove(process);
        await process.DisposeAsync();
        package.Dispose();
    }

    private async Task SendAsync(ToExecutor message, CancellationToken cancellation)
    {
        try
        {
            await process.SendAsync(message, cancellation);
        }
        catch (IOException)
        {
            broken = true;
            throw new ExecutorException(FailureKind.ExecutorExited, await process.EpitaphAsync());
        }
    }

    /// <summary>Waits for the result, and sees that the executor makes progress and keeps within its memory.</summary>
    private async Task<FromExecutor> WatchAsync(Action<long> progress, int longest, CancellationToken cancellation)
    {
        var receiving = process.ReceiveAsync(longest, CancellationToken.None);
        var moved = Stopwatch.GetTimestamp();
        var most = -1L;
        var timeout = TimeSpan.FromMilliseconds(order.ProgressTimeout);
        try
        {
            while (true)
            {
                using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                if (await Task.WhenAny(receiving, Task.Delay(settings.MemoryCheckInterval, round.Token)) != receiving)
                {
                    cancellation.ThrowIfCancellationRequested();
                    CheckLimits();
                    if (timeout > TimeSpan.Zero && Stopwatch.GetElapsedTime(moved) > timeout)
                        throw Break(FailureKind.TimedOut, $"The attempt made no progress for {timeout.TotalSeconds:0.#} s and was stopped. If it needs that long for a piece of its input, allow more with --timeout.");
                    continue;
                }
                await round.CancelAsync();
                var message = await receiving;
                if (message is null)
                {
                    broken = true;
                    throw new ExecutorException(FailureKind.ExecutorExited, await process.EpitaphAsync());
                }
                if (message.MessageCase != FromExecutor.MessageOneofCase.Progress)
                {
                    foreach (var span in message.Spans.Where(ReportCheck.IsOfAnyTime)) Tracing.Record(span.Name, new DateTimeOffset(span.Start, TimeSpan.Zero), new TimeSpan(span.Duration));
                    return message;
                }
                if (message.Progress.Bytes > most) (most, moved) = (message.Progress.Bytes, Stopwatch.GetTimestamp());
                progress(most);
                receiving = process.ReceiveAsync(longest, CancellationToken.None);
            }
        }
        catch (FrameException exception)
        {
            throw Break(FailureKind.UserCode, $"The executor sent what is no message to its node: {exception.Message}. Code of the job, or of a library that it uses, has written to the executor's connection, so the executor was stopped.");
        }
        catch
        {
            pending = receiving;
            throw;
        }
    }

    private Task<FromExecutor?>? pending;

    private static int MostOf(Run run) => run.TaskCase == Run.TaskOneofCase.Plan ? Frames.MostWithPlan : Frames.Most;

    private void CheckLimits()
    {
        var memory = process.Memory;
        if (order.MemoryLimit > 0 && memory > order.MemoryLimit)
            throw Break(FailureKind.OutOfMemory, $"The executor used {memory >> 20} MiB of memory, with the programs that it has started, and may use {order.MemoryLimit >> 20} MiB, so it was stopped. Keep less in memory, or allow more with --memory-limit.");
        if (process.Threads > settings.MostThreads)
            throw Break(FailureKind.TooManyThreads, $"The executor had more than {settings.MostThreads} threads, with the programs that it has started, so it was stopped. Let the job's code end the threads that it starts.");
    }

    private ExecutorException Break(FailureKind kind, string message)
    {
        broken = true;
        process.Kill();
        return new ExecutorException(kind, message);
    }

    /// <summary>Asks the executor to stop the attempt; one that does not listen ends.</summary>
    private async Task CancelAsync(Run run)
    {
        try
        {
            using var patience = new CancellationTokenSource(settings.KillDelay);
            await process.SendAsync(new ToExecutor { Cancel = new Cancel { Attempt = run.Attempt } }, patience.Token);
            for (var receiving = pending!; ; receiving = process.ReceiveAsync(MostOf(run), CancellationToken.None))
            {
                var message = await receiving.WaitAsync(patience.Token);
                if (message is null) break;
                if (message.MessageCase != FromExecutor.MessageOneofCase.Progress) return;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or FrameException)
        {
            // It has ended, or does not listen, or sends what is no answer.
        }
        broken = true;
        process.Kill();
    }
}
