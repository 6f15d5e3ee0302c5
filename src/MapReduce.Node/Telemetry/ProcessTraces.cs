using MapReduce.Node.Configuration;

namespace MapReduce.Node.Telemetry;

/// <summary>The export of spans, of which a process has one however many nodes are in it.</summary>
internal static class ProcessTraces
{
    private static readonly Lock Gate = new();
    private static IDisposable? exporter;
    private static int users;

    public static IDisposable Use(TelemetrySettings settings, string instance)
    {
        lock (Gate)
        {
            if (users++ == 0) exporter = Exporters.Traces(settings, instance);
        }
        return new Lease();
    }

    private static void Release()
    {
        lock (Gate)
        {
            if (--users > 0) return;
            exporter?.Dispose();
            exporter = null;
        }
    }

    private sealed class Lease : IDisposable
    {
        private int released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref released, 1) == 0) Release();
        }
    }
}
