using System.Runtime.InteropServices;

namespace MapReduce.Confinement;

/// <summary>A step of a filter: a code, where to go on if its test holds and if not, and a number.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FilterStep(ushort Code, byte IfSo, byte Otherwise, uint Number);

/// <summary>Writes the filter through which the system calls of an executor go (seccomp): a program for the kernel's packet filter, which sees the number of the call and the values of its arguments, and no memory.</summary>
internal static class SystemCallFilter
{
    /// <summary>The answer that gives the caller an error, whose number is in its lower half.</summary>
    public const uint Refuse = 0x0005_0000;

    /// <summary>The answer that lets the call through.</summary>
    public const uint Allow = 0x7FFF_0000;

    /// <summary>The answer that ends the process.</summary>
    public const uint End = 0x8000_0000;

    /// <summary>The error "not permitted".</summary>
    public const uint NotPermitted = 1;

    /// <summary>The error "permission denied", which is what programs expect of sockets.</summary>
    public const uint Denied = 13;

    /// <summary>The error "no such call".</summary>
    public const uint NotKnown = 38;

    /// <summary>Loads a word of what is known of the call.</summary>
    public const ushort Load = 0x20;

    /// <summary>Goes on where the word is the number.</summary>
    public const ushort IsEqual = 0x15;

    /// <summary>Goes on where the word is the number or more.</summary>
    public const ushort IsAtLeast = 0x35;

    /// <summary>Goes on where the word has a bit of the number.</summary>
    public const ushort HasAny = 0x45;

    /// <summary>Leaves those bits of the word that the number has.</summary>
    public const ushort Keep = 0x54;

    /// <summary>Answers.</summary>
    public const ushort Answer = 0x06;

    private const uint NumberAt = 0;
    private const uint ArchitectureAt = 4;
    private const uint ArgumentsAt = 16;
    private const uint ArgumentSize = 8;

    private const uint Unix32On64 = 0x4000_0000;
    private const uint NewNamespaces = 0x7E02_0000;
    private const uint ParentDeathSignal = 1;
    private const uint TypeOfSocket = 0xF;
    private const uint StreamSocket = 1;
    private const uint InternetFamily = 2;
    private const uint Internet6Family = 10;
    private const uint KernelFamily = 16;

    /// <summary>Writes the filter.</summary>
    /// <param name="calls">The numbers of the calls.</param>
    /// <param name="network">Whether sockets of the internet may be made. Others may not in any case: what listens at those of the machine does for its user what the executor may not.</param>
    public static FilterStep[] Write(SystemCalls calls, bool network)
    {
        List<FilterStep> steps =
        [
            new(Load, 0, 0, ArchitectureAt), new(IsEqual, 1, 0, calls.Mark), new(Answer, 0, 0, End),
            new(Load, 0, 0, NumberAt), new(IsAtLeast, 0, 1, Unix32On64), new(Answer, 0, 0, Refuse | NotKnown),
            // Programs go on with clone.
            .. When(calls.CloneByMemory, NotKnown),
            .. calls.AllRefused.SelectMany(call => When(call, NotPermitted)),
            .. When(calls.CloneProcess, 0, NotPermitted, new FilterStep(HasAny, 0, 1, NewNamespaces)),
            // The executor is to keep the orphans of what it has started.
            .. When(calls.Control, 0, NotPermitted, new(IsEqual, 1, 0, ParentDeathSignal), new(IsEqual, 0, 1, LinuxCalls.AdoptOrphans)),
            // A call that names another process may be meant for the node. Its own a process names by 0.
            .. new[] { calls.Limits, calls.Affinity, calls.Scheduler, calls.SchedulerParameters, calls.SchedulerAttributes }.SelectMany(call => When(call, 0, NotPermitted, new FilterStep(IsEqual, 1, 0, 0))),
            .. new[] { calls.Priority, calls.InputPriority }.SelectMany(call => When(call, 1, NotPermitted, new FilterStep(IsEqual, 1, 0, 0))),
            // A pair that is no stream can be sent elsewhere.
            .. When(calls.SocketPair, 1, Denied, new(Keep, 0, 0, TypeOfSocket), new(IsEqual, 1, 0, StreamSocket)),
            .. network
                ? When(calls.Socket, 0, Denied, new(IsEqual, 3, 0, InternetFamily), new(IsEqual, 2, 0, Internet6Family), new(IsEqual, 1, 0, KernelFamily))
                : When(calls.Socket, Denied),
            new(Answer, 0, 0, Allow),
        ];
        return [.. steps];
    }

    private static FilterStep[] When(uint call, uint error) => [new(IsEqual, 0, 1, call), new(Answer, 0, 0, Refuse | error)];

    /// <summary>Refuses a call depending on an argument: the step after the tests refuses, the one after that goes on.</summary>
    private static FilterStep[] When(uint call, uint argument, uint error, params FilterStep[] tests)
        => [new(IsEqual, 0, (byte)(tests.Length + 3), call), new(Load, 0, 0, ArgumentsAt + (argument * ArgumentSize)), .. tests, new(Answer, 0, 0, Refuse | error), new(Load, 0, 0, NumberAt)];
}
