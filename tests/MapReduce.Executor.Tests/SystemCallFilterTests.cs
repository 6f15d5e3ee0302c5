using System.Runtime.InteropServices;
using MapReduce.Confinement;
using Xunit;

namespace MapReduce.Executor.Tests;

/// <summary>What the filter of system calls answers, step by step as the kernel would go through it.</summary>
public sealed class SystemCallFilterTests
{
    private const uint NotPermitted = SystemCallFilter.Refuse | SystemCallFilter.NotPermitted;
    private const uint Denied = SystemCallFilter.Refuse | SystemCallFilter.Denied;

    public static TheoryData<Architecture> Architectures => new(Architecture.X64, Architecture.Arm64);

    [Theory]
    [MemberData(nameof(Architectures))]
    public void What_no_job_needs_is_refused_and_what_is_not_named_goes_through(Architecture architecture)
    {
        var calls = SystemCalls.Of(architecture)!;
        Assert.All(calls.AllRefused, call => Assert.Equal(NotPermitted, Ask(calls, call)));
        Assert.Equal(calls.AllRefused.Count(), calls.AllRefused.Distinct().Count());
        Assert.Equal(SystemCallFilter.Refuse | SystemCallFilter.NotKnown, Ask(calls, calls.CloneByMemory));
        // read, write and close, futex, mmap, execve, exit_group.
        uint[] needed = architecture == Architecture.X64 ? [0, 1, 3, 202, 9, 59, 231] : [63, 64, 57, 98, 222, 221, 94];
        Assert.All(needed, call => Assert.Equal(SystemCallFilter.Allow, Ask(calls, call)));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Calls_for_another_process_or_to_leave_the_executor_are_refused_and_others_go_through(Architecture architecture)
    {
        const uint Threads = 0x3D0F00;
        const uint NewUser = 0x10000000;
        const int Name = 15;
        var calls = SystemCalls.Of(architecture)!;
        Assert.Equal((SystemCallFilter.Allow, NotPermitted), (Ask(calls, calls.CloneProcess, Threads), Ask(calls, calls.CloneProcess, Threads | NewUser)));
        foreach (var call in (uint[])[calls.Limits, calls.Affinity, calls.Scheduler, calls.SchedulerParameters, calls.SchedulerAttributes])
            Assert.Equal((SystemCallFilter.Allow, NotPermitted), (Ask(calls, call, 0, 4711), Ask(calls, call, 4711)));
        foreach (var call in (uint[])[calls.Priority, calls.InputPriority])
            Assert.Equal((SystemCallFilter.Allow, NotPermitted), (Ask(calls, call, 1), Ask(calls, call, 1, 4711)));
        Assert.Equal((SystemCallFilter.Allow, NotPermitted, NotPermitted), (Ask(calls, calls.Control, Name), Ask(calls, calls.Control, 1), Ask(calls, calls.Control, 36)));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Sockets_of_the_machine_are_refused_and_those_of_the_internet_unless_there_is_a_network(Architecture architecture)
    {
        const uint CloseOnExecute = 0x80000;
        var calls = SystemCalls.Of(architecture)!;
        foreach (var family in (uint[])[2, 10, 16]) Assert.Equal((Denied, SystemCallFilter.Allow), (Ask(calls, calls.Socket, family), Ask(calls, network: true, calls.Socket, family)));
        foreach (var family in (uint[])[1, 17, 38]) Assert.Equal((Denied, Denied), (Ask(calls, calls.Socket, family), Ask(calls, network: true, calls.Socket, family)));
        Assert.Equal((SystemCallFilter.Allow, Denied), (Ask(calls, calls.SocketPair, 1, 1 | CloseOnExecute), Ask(calls, calls.SocketPair, 1, 2)));
    }

    [Fact]
    public void Calls_of_another_architecture_end_the_process_and_those_with_narrow_addresses_are_not_known()
    {
        var calls = SystemCalls.Of(Architecture.X64)!;
        Assert.Equal(SystemCallFilter.End, Run(SystemCallFilter.Write(calls, network: true), [0, 0x40000003]));
        Assert.Equal(SystemCallFilter.Refuse | SystemCallFilter.NotKnown, Ask(calls, 0x40000000));
    }

    private static uint Ask(SystemCalls calls, uint call, params uint[] arguments) => Ask(calls, network: false, call, arguments);

    private static uint Ask(SystemCalls calls, bool network, uint call, params uint[] arguments)
    {
        // Number, architecture, where the call came from, and six arguments of two words each, the lower first.
        var words = new uint[16];
        (words[0], words[1]) = (call, calls.Mark);
        for (var i = 0; i < arguments.Length; i++) words[4 + (2 * i)] = arguments[i];
        return Run(SystemCallFilter.Write(calls, network), words);
    }

    private static uint Run(FilterStep[] steps, uint[] words)
    {
        var word = 0u;
        for (var at = 0; ; at++)
        {
            var step = steps[at];
            switch (step.Code)
            {
                case SystemCallFilter.Load:
                    word = words[step.Number / sizeof(uint)];
                    break;
                case SystemCallFilter.Keep:
                    word &= step.Number;
                    break;
                case SystemCallFilter.Answer:
                    return step.Number;
                case SystemCallFilter.IsEqual:
                    at += word == step.Number ? step.IfSo : step.Otherwise;
                    break;
                case SystemCallFilter.IsAtLeast:
                    at += word >= step.Number ? step.IfSo : step.Otherwise;
                    break;
                case SystemCallFilter.HasAny:
                    at += (word & step.Number) != 0 ? step.IfSo : step.Otherwise;
                    break;
                default:
                    throw new InvalidOperationException($"There is no step {step.Code:x}.");
            }
        }
    }
}
