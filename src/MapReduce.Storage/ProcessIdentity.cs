using System.Diagnostics;

namespace MapReduce.Storage;

/// <summary>Which process: its number is used again some day, so the time when it started counts, too.</summary>
/// <param name="Id">The number of the process.</param>
/// <param name="Started">When it started, in seconds since 1970, UTC.</param>
public readonly record struct ProcessIdentity(int Id, long Started)
{
    /// <summary>Start times are derived from the clock, so a correction of the clock moves them a little.</summary>
    private const long ToleranceSeconds = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>This process.</summary>
    public static ProcessIdentity Current
    {
        get
        {
            using var self = Process.GetCurrentProcess();
            return Of(self);
        }
    }

    /// <summary>Whether the process lives.</summary>
    public bool IsAlive
    {
        get
        {
            using var process = Find();
            return process is not null;
        }
    }

    /// <summary>The identity of a process.</summary>
    public static ProcessIdentity Of(Process process) => new(process.Id, StartedAt(process));

    /// <summary>The process; null where it is dead, also where its parent, perhaps the first process of a container, has not taken note of that.</summary>
    public Process? Find()
    {
        try
        {
            var process = Process.GetProcessById(Id);
            if (Math.Abs(StartedAt(process) - Started) <= ToleranceSeconds && !IsDead(Id)) return process;
            process.Dispose();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // Gone.
        }
        return null;
    }

    /// <summary>Waits until the process is dead.</summary>
    /// <param name="patience">For how long.</param>
    /// <returns>Whether it is.</returns>
    public async Task<bool> AwaitEndAsync(TimeSpan patience)
    {
        var begun = Stopwatch.GetTimestamp();
        using var pause = new PeriodicTimer(Pause);
        while (IsAlive)
        {
            if (Stopwatch.GetElapsedTime(begun) > patience) return false;
            await pause.WaitForNextTickAsync();
        }
        return true;
    }

    private static long StartedAt(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();

    private static bool IsDead(int id)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            // The name stands in parentheses and may hold anything; after it comes the state.
            var status = File.ReadAllText($"/proc/{id}/stat");
            return status[status.LastIndexOf(')')..] is [_, _, 'Z' or 'X', ..];
        }
        catch (IOException)
        {
            return true;
        }
    }
}
