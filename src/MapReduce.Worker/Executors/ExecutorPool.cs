using System.Diagnostics;
using MapReduce.Confinement;

namespace MapReduce.Worker.Executors;

/// <summary>Starts executors before they are needed: a spare has loaded its program but no code of any job, and serves one job only.</summary>
/// <remarks>
/// None outlives the pool, whoever has taken it. Where each executor reaches what its own job needs and nothing else, those in waiting have begun, and are told that when their job comes; elsewhere they are ready.
/// </remarks>
/// <param name="settings">The node's settings.</param>
internal sealed class ExecutorPool(WorkerSettings settings) : IAsyncDisposable
{
    // The start of a spare is not to share the processors with attempts, unless those take very long.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly object gate = new();
    private readonly Queue<Task<ExecutorProcess>> spares = [];
    private readonly Queue<Task<ExecutorStart>> starts = [];
    private readonly List<ExecutorProcess> taken = [];
    private readonly List<Task> ending = [];
    private readonly CancellationTokenSource stop = new();

    /// <summary>What they reach.</summary>
    public ExecutorReach Reach { get; } = new(settings);

    /// <summary>How many wait, or are about to.</summary>
    public int Spares
    {
        get
        {
            lock (gate) return spares.Count + starts.Count;
        }
    }

    /// <summary>Starts the spares.</summary>
    public void Warm()
    {
        lock (gate)
            while (!stop.IsCancellationRequested && spares.Count + starts.Count < settings.SpareExecutors)
                if (settings.Confinement.IsStrict) starts.Enqueue(BeginAsync(stop.Token));
                else spares.Enqueue(StartAsync([], stop.Token));
    }

    /// <summary>Starts the spares as soon as the node has nothing to do, or in a while.</summary>
    /// <param name="idle">How long the node has had nothing to do.</param>
    public async Task WarmLaterAsync(Func<TimeSpan> idle)
    {
        var begun = Stopwatch.GetTimestamp();
        do
        {
            await Task.Delay(Rest);
        }
        while (idle() < Rest && Stopwatch.GetElapsedTime(begun) < Longest);
        Warm();
    }

    /// <summary>An executor that has loaded no code of any job. The caller ends it, or the pool when it ends.</summary>
    /// <param name="needed">What it has to reach for its job.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It does not start.</exception>
    /// <exception cref="OperationCanceledException">The caller has given up, or the pool has ended.</exception>
    public async Task<ExecutorProcess> TakeAsync(IReadOnlyList<Opening> needed, CancellationToken cancellation)
    {
        var executor = await StartedAsync(needed, cancellation);
        lock (gate)
        {
            if (!stop.IsCancellationRequested)
            {
                taken.RemoveAll(other => other.HasEnded);
                taken.Add(executor);
                return executor;
            }
        }
        await executor.DisposeAsync();
        throw new OperationCanceledException();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        List<Task> left;
        lock (gate)
        {
            left = [.. spares.Select(EndAsync), .. starts.Select(EndAsync), .. taken.Select(executor => executor.EndAsync()), .. ending];
            spares.Clear();
            starts.Clear();
        }
        // A process that the kernel does not let die, as one that reads from a dead disk, must not keep the node from its next life.
        await Task.WhenAny(Task.WhenAll(left), Task.Delay((2 * settings.KillDelay) + Longest));
    }

    private async Task<ExecutorProcess> StartedAsync(IReadOnlyList<Opening> needed, CancellationToken cancellation)
    {
        if (await WaitingAsync(spares, executor => executor.IsAlive && executor.Reach.Covers(needed), cancellation) is { } spare) return spare;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stop.Token);
        return await StartAsync(needed, either.Token);
    }

    private async Task<ExecutorProcess> StartAsync(IReadOnlyList<Opening> needed, CancellationToken cancellation)
        => await (await WaitingAsync(starts, start => start.IsAlive, cancellation) ?? await BeginAsync(cancellation)).ServeAsync(needed, cancellation);

    /// <summary>The first of those that wait that is of use; the others before it are ended.</summary>
    /// <returns>It; null where none is.</returns>
    private async Task<T?> WaitingAsync<T>(Queue<Task<T>> queue, Func<T, bool> isOfUse, CancellationToken cancellation) where T : class, IAsyncDisposable
    {
        while (true)
        {
            Task<T>? next;
            lock (gate)
                if (!queue.TryDequeue(out next)) return null;
            try
            {
                var waiting = await next.WaitAsync(cancellation);
                if (isOfUse(waiting)) return waiting;
                // Another takes its place, which reaches what there is then.
                End(next);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                End(next);
                throw;
            }
        }
    }

    private Task<ExecutorStart> BeginAsync(CancellationToken cancellation) => Task.Run(() => ExecutorStart.Begin(settings, Reach), cancellation);

    /// <summary>Ends one, for which nobody waits before the pool ends.</summary>
    private void End<T>(Task<T> starting) where T : IAsyncDisposable
    {
        var end = EndAsync(starting);
        lock (gate)
        {
            ending.RemoveAll(other => other.IsCompleted);
            ending.Add(end);
        }
    }

    private static async Task EndAsync<T>(Task<T> starting) where T : IAsyncDisposable
    {
        try
        {
            await (await starting).DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It has not even begun.
        }
    }
}
