using System.Collections.Concurrent;
using MapReduce.Worker.Executors;

namespace MapReduce.Worker.Telemetry;

/// <summary>The executors that serve a job, and the processor time of those that did.</summary>
internal sealed class LiveExecutors
{
    private readonly ConcurrentDictionary<ExecutorProcess, TimeSpan> known = [];
    private readonly object gate = new();
    private TimeSpan past;

    /// <summary>How many there are.</summary>
    public int Count => known.Count;

    /// <summary>Their memory, in bytes.</summary>
    public long Memory => known.Keys.Sum(executor => executor.Memory);

    /// <summary>The processor time of all that are and were.</summary>
    public double ProcessorSeconds
    {
        get
        {
            lock (gate)
            {
                foreach (var executor in known.Keys) Look(executor);
                return (past + known.Values.Aggregate(TimeSpan.Zero, (sum, time) => sum + time)).TotalSeconds;
            }
        }
    }

    public void Add(ExecutorProcess executor) => known[executor] = TimeSpan.Zero;

    /// <summary>An executor is about to end.</summary>
    public void Remove(ExecutorProcess executor)
    {
        lock (gate)
        {
            Look(executor);
            if (known.TryRemove(executor, out var time)) past += time;
        }
    }

    /// <summary>A process that has ended does not tell its time any more, so what was seen last stays.</summary>
    private void Look(ExecutorProcess executor)
    {
        if (known.ContainsKey(executor) && executor.ProcessorTime is var time && time > known[executor]) known[executor] = time;
    }
}
