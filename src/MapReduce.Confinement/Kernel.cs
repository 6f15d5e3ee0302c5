using System.Runtime.InteropServices;

namespace MapReduce.Confinement;

/// <summary>What the kernel has to confine executors with.</summary>
/// <param name="IsLinux">Nothing else has any of it.</param>
/// <param name="Landlock">The version of Landlock, 0 for none: rights to files, and from 4 on to TCP, from 6 on to signals.</param>
/// <param name="HasFilters">Whether there are filters for system calls (seccomp), and the numbers of the calls are known here.</param>
public sealed record Kernel(bool IsLinux, int Landlock, bool HasFilters)
{
    private const int VersionOnly = 1;
    private const int IsActionKnown = 2;
    private const int WithTruncation = 3;
    private const int WithSignals = 6;

    /// <summary>This one.</summary>
    public static Kernel Here { get; } = Look();

    /// <summary>What it lacks for executors to be confined, and what that leaves to the code of jobs; empty for nothing.</summary>
    public IReadOnlyList<string> Lacks
    {
        get
        {
            if (!IsLinux) return ["Linux: elsewhere the code of jobs has all rights of the node's user"];
            var lacks = new List<string>();
            if (Landlock == 0) lacks.Add("Landlock (Linux 5.13, with landlock among the kernel's lsm): the code of jobs reads and writes what the node's user may, the node's keys and journal included");
            else if (Landlock < WithTruncation) lacks.Add("Landlock 3 (Linux 6.2): the code of jobs may empty files that it may not write");
            if (Landlock < WithSignals) lacks.Add("Landlock 6 (Linux 6.12): the code of jobs may end processes of the node's user, the node included");
            if (!HasFilters) lacks.Add("filters for system calls (seccomp, on x64 or Arm64): the code of jobs may call sockets of other programs, and leave processes behind");
            return lacks;
        }
    }

    /// <summary>What to say of a node that starts: null where its executors are confined as its settings say.</summary>
    public string? Flaw(Isolation isolation)
        => isolation == Isolation.None || Lacks.Count == 0 ? null : $"This machine cannot confine executors as mapreduce.executor.isolation = {Name(isolation)} says. It lacks {string.Join("; and ", Lacks)}.";

    /// <summary>As the settings call it.</summary>
    public static string Name(Isolation isolation) => isolation == Isolation.RequiredStrict ? "required-strict" : isolation.ToString().ToLowerInvariant();

    private static Kernel Look()
    {
        if (!OperatingSystem.IsLinux()) return new Kernel(false, 0, false);
        var landlock = LinuxCalls.Call(LinuxCalls.LandlockCreateRuleset, 0, 0, VersionOnly, 0, 0);
        return new Kernel(true, (int)Math.Max(landlock, 0), HasFiltersHere());
    }

    private static unsafe bool HasFiltersHere()
    {
        if (SystemCalls.Of(RuntimeInformation.ProcessArchitecture) is not { } calls) return false;
        var action = SystemCallFilter.Refuse;
        return LinuxCalls.Call(calls.Seccomp, IsActionKnown, 0, (nint)(&action), 0, 0) == 0;
    }
}
