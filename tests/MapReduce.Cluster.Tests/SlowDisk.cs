using System.Diagnostics;

namespace MapReduce.Cluster.Tests;

/// <summary>Makes each write and each sync of a node and its executors last, as a disk does that is about to fail. Needs strace and root.</summary>
internal sealed class SlowDisk : IDisposable
{
    private readonly Process tracer;
    private readonly string trace;

    /// <param name="node">The node's process.</param>
    /// <param name="delay">How long each write and each sync takes longer.</param>
    /// <param name="trace">Where to note them.</param>
    public SlowDisk(int node, TimeSpan delay, string trace)
    {
        this.trace = trace;
        var calls = "pwrite64,pwritev,fsync,fdatasync";
        tracer = Process.Start(new ProcessStartInfo("strace", ["-f", "-y", "-o", trace, "-e", $"trace={calls}", "-e", $"inject={calls}:delay_enter={delay.TotalMicroseconds:0}", "-p", $"{node}"]) { RedirectStandardError = true })!;
        var said = tracer.StandardError.ReadLine();
        if (said?.Contains("attached", StringComparison.Ordinal) != true) throw new InvalidOperationException($"strace does not attach: {said}");
        // Nobody else reads what it says.
        _ = tracer.StandardError.ReadToEndAsync();
    }

    /// <summary>Why there can be no such disk here; null where there can.</summary>
    public static string? Missing { get; } = Find();

    /// <summary>How often the disk was slow.</summary>
    public int Delays => File.ReadLines(trace).Count(line => line.Contains("DELAYED", StringComparison.Ordinal));

    /// <summary>The paths under which files and folders were synced.</summary>
    public IEnumerable<string> Synced => File.ReadLines(trace).Where(line => line.Contains("sync(", StringComparison.Ordinal)).Select(line => line.Split('<', '>')).Where(parts => parts.Length > 1).Select(parts => parts[1]);

    public void Dispose()
    {
        // Asked to end, it waits for each process that the node is about to start. Those that it has traced go on without it.
        RealCluster.KillProcess(tracer.Id);
        tracer.WaitForExit();
        tracer.Dispose();
    }

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux()) return "A disk is made slow by strace, which is a program of Linux.";
        if (!Environment.IsPrivilegedProcess) return "Making a disk slow needs root.";
        return File.Exists("/usr/bin/strace") ? null : "A disk is made slow by strace: install it.";
    }
}
