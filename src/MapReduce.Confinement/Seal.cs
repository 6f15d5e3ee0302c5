using System.Runtime.InteropServices;

namespace MapReduce.Confinement;

/// <summary>What a process does to itself before it runs code that it does not trust.</summary>
public static unsafe class Seal
{
    private const int SetFilter = 1;
    private const int OnAllThreads = 1;

    /// <summary>Keeps the orphans of what this process starts as its own children, where whoever looks after it finds them.</summary>
    public static void KeepOrphans()
    {
        if (OperatingSystem.IsLinux()) _ = LinuxCalls.Control(LinuxCalls.AdoptOrphans, 1, 0, 0, 0);
    }

    /// <summary>Lets all threads of this process, and what it starts, make only those system calls that a job needs. For good.</summary>
    /// <param name="network">Whether sockets of the internet may be made.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void FilterCalls(bool network)
    {
        var calls = SystemCalls.Of(RuntimeInformation.ProcessArchitecture) ?? throw new IOException("The system calls of this architecture are not known.");
        // What the process has in memory is the job's, and a dump would leave it on the disk. One byte rather than none: a program that the kernel would hand dumps to gets none, either.
        var oneByte = stackalloc ulong[] { 1, 1 };
        Check(LinuxCalls.Limit(LinuxCalls.CoreSize, oneByte), "Dumps cannot be turned off");
        Check(LinuxCalls.Control(LinuxCalls.NoNewPrivileges, 1, 0, 0, 0), "Privileges cannot be given up");
        var steps = SystemCallFilter.Write(calls, network);
        fixed (FilterStep* first = steps)
        {
            var program = new FilterProgram { Length = (ushort)steps.Length, First = first };
            Check(LinuxCalls.Call(calls.Seccomp, SetFilter, OnAllThreads, (nint)(&program), 0, 0), "The filter of system calls is not taken");
        }
    }

    private static void Check(long result, string what)
    {
        // A thread that cannot follow is named by its number.
        if (result != 0) throw result > 0 ? new IOException($"{what}, because thread {result} cannot follow.") : LinuxCalls.LastError(what);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public FilterStep* First;
    }
}
