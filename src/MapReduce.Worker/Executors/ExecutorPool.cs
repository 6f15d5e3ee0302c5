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
            left = [.. spares.Select(EndAsync), .. starts.Select(EndAsync), .. taken.Select(executor => executor.EndAsync())];
            spares.Clear();
            starts.Clear();
        }
        // A process that the kernel does not let die, as one that reads from a dead disk, must not keep the node from its next life.
        await Task.WhenAny(Task.WhenAll(left), Task.Delay((2 * settings.KillDelay) + Longest));
    }

    private async Task<ExecutorProcess> StartedAsync(IReadOnlyList<Opening> needed, CancellationToken cancellation)
    {
        while (true)
        {
            Task<ExecutorProcess>? spare;
            lock (gate) spares.TryDequeue(out spare);
            if (spare is null)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stop.Token);
                return await StartAsync(needed, either.Token);
            }
            try
            {
                var executor = await spare.WaitAsync(cancellation);
                if (executor.IsAlive && executor.Reach.Covers(needed)) return executor;
                // Another takes its place, which reaches what there is then.
                lock (gate) taken.Add(executor);
                _ = executor.DisposeAsync().AsTask();
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                _ = EndAsync(spare);
                throw;
            }
        }
    }

    private async Task<ExecutorProcess> StartAsync(IReadOnlyList<Opening> needed, CancellationToken cancellation)
        => await (await BegunAsync(cancellation)).ServeAsync(needed, cancellation);

    /// <summary>One of those that have begun, or another.</summary>
    private async Task<ExecutorStart> BegunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task<ExecutorStart>? waiting;
            lock (gate) starts.TryDequeue(out waiting);
            if (waiting is null) return await BeginAsync(cancellation);
            try
            {
                var start = await waiting.WaitAsync(cancellation);
                if (start.IsAlive) return start;
                await start.DisposeAsync();
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                _ = EndAsync(waiting);
                throw;
            }
        }
    }

    private Task<ExecutorStart> BeginAsync(CancellationToken cancellation) => Task.Run(() => ExecutorStart.Begin(settings, Reach), cancellation);

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
