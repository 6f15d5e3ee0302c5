using System.Diagnostics;

namespace MapReduce.Local;

/// <summary>How far a running job is; read by whoever shows it, from any thread.</summary>
public sealed class LocalProgress
{
    private long bytesRead;
    private long begun = Stopwatch.GetTimestamp();

    /// <summary>The phase that runs, such as <c>map 1/2</c>.</summary>
    public string Phase { get; internal set; } = "plan";

    /// <summary>Tasks of the phase that are done.</summary>
    public int Done { get; internal set; }

    /// <summary>All tasks of the phase.</summary>
    public int Total { get; internal set; }

    /// <summary>Bytes of input that the phase reads.</summary>
    public long BytesTotal { get; internal set; }

    /// <summary>Bytes that the phase has read.</summary>
    public long BytesRead => Interlocked.Read(ref bytesRead);

    /// <summary>How long the phase has run.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Interlocked.Read(ref begun));

    internal void Add(long bytes) => Interlocked.Add(ref bytesRead, bytes);

    internal void Begin(string phase, int total, long bytes)
    {
        Interlocked.Exchange(ref bytesRead, 0);
        Interlocked.Exchange(ref begun, Stopwatch.GetTimestamp());
        (Phase, Done, Total, BytesTotal) = (phase, 0, total, bytes);
    }
}
