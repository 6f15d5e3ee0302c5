using System.Diagnostics;
using System.Globalization;

namespace MapReduce.Node;

/// <summary>What the node's machine uses, in samples of the last minutes.</summary>
internal sealed class MachineUse : IDisposable
{
    private const int Kept = 150;

    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(2);

    private readonly object gate = new();
    private readonly Queue<Sample> samples = [];
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private (double Busy, double Total) last;

    public MachineUse(TimeProvider time)
    {
        this.time = time;
        Started = time.GetUtcNow();
        last = Processors();
        timer = time.CreateTimer(_ => Take(), null, SampleInterval, SampleInterval);
    }

    /// <summary>When the node began.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>The time between two samples.</summary>
    public TimeSpan Interval => SampleInterval;

    /// <summary>The machine's memory in bytes.</summary>
    public long MemoryTotal => OperatingSystem.IsLinux() ? MemoryField("MemTotal") : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The samples, oldest first.</summary>
    public IReadOnlyList<Sample> Samples
    {
        get
        {
            lock (gate) return [.. samples];
        }
    }

    /// <summary>The disk that holds a folder.</summary>
    public static (long Free, long Total) Disk(string folder)
    {
        try
        {
            var disk = new DriveInfo(folder);
            return (disk.AvailableFreeSpace, disk.TotalSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (0, 0);
        }
    }

    public void Dispose() => timer.Dispose();

    private void Take()
    {
        try
        {
            var now = Processors();
            var memory = OperatingSystem.IsLinux() ? MemoryTotal - MemoryField("MemAvailable") : GC.GetGCMemoryInfo().MemoryLoadBytes;
            lock (gate)
            {
                samples.Enqueue(new Sample(now.Total > last.Total ? Math.Clamp((now.Busy - last.Busy) / (now.Total - last.Total), 0, 1) : 0, memory));
                if (samples.Count > Kept) samples.Dequeue();
                last = now;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next sample may be had again.
        }
    }

    /// <summary>The time that processors have been busy, and all the time that there was; elsewhere than on Linux only this process is counted.</summary>
    private (double Busy, double Total) Processors()
    {
        const int Idle = 3;
        const int Waiting = 4;
        const int Guest = 8;
        if (!OperatingSystem.IsLinux())
        {
            using var process = Process.GetCurrentProcess();
            return (process.TotalProcessorTime.TotalSeconds, (time.GetUtcNow() - Started).TotalSeconds * Environment.ProcessorCount);
        }
        using var file = new StreamReader("/proc/stat");
        // The time of guests is part of that of their hosts.
        var fields = file.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(Guest).Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var total = fields.Sum();
        return (total - fields[Idle] - fields[Waiting], total);
    }

    private static long MemoryField(string name)
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
            if (line.StartsWith(name, StringComparison.Ordinal)) return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        return 0;
    }

    /// <summary>A sample.</summary>
    /// <param name="Cpu">The share of processors in use since the one before, from 0 to 1.</param>
    /// <param name="Memory">Bytes of memory in use.</param>
    internal readonly record struct Sample(double Cpu, long Memory);
}
