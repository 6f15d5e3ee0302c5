using MapReduce.Storage;

namespace MapReduce.Confinement;

/// <summary>Ends a group of processes with this process, however that ends: the kernel does it, so nothing that runs in the group can help it.</summary>
/// <remarks>
/// The reading end of a pipe can be told to signal a group when something happens to it, and the end of the last writer is something. Both ends are this process's. When it dies the kernel
/// closes both, and which first is its own affair; so there are two pipes, of which it meets the reading end before the other in one, and behind it in the other.
/// </remarks>
public sealed class Leash : IDisposable
{
    private readonly List<(int Reader, int Writer)> pipes = [];

    private Leash()
    {
    }

    /// <summary>Puts a group on a leash; null where the system has none, or there is no such group.</summary>
    public static Leash? Of(int group)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var leash = new Leash();
        if (leash.Tie(group, readerIsLast: false) && leash.Tie(group, readerIsLast: true)) return leash;
        leash.Dispose();
        return null;
    }

    /// <summary>Lets the group go.</summary>
    public void Dispose()
    {
        foreach (var (reader, writer) in pipes)
        {
            // In this order: the other way round is the end of the group.
            _ = LinuxCalls.Close(reader);
            _ = LinuxCalls.Close(writer);
        }
        pipes.Clear();
    }

    private unsafe bool Tie(int group, bool readerIsLast)
    {
        var ends = stackalloc int[2];
        if (LinuxCalls.Pipe(ends, LinuxCalls.CloseOnExecute) != 0) return false;
        var (reader, writer) = (ends[0], ends[1]);
        if (readerIsLast)
        {
            var last = LinuxCalls.Control(reader, LinuxCalls.DuplicateAbove, writer + 1);
            _ = LinuxCalls.Close(reader);
            reader = last;
        }
        pipes.Add((reader, writer));
        return LinuxCalls.Control(reader, LinuxCalls.SetOwner, -group) == 0
            && LinuxCalls.Control(reader, LinuxCalls.SetSignal, ProcessSignals.Kill) == 0
            && LinuxCalls.Control(reader, LinuxCalls.SetFileFlags, LinuxCalls.Signalling | LinuxCalls.NonBlocking) == 0;
    }
}
