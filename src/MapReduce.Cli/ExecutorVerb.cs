using System.Net.Sockets;
using System.Runtime.InteropServices;
using MapReduce.Confinement;
using MapReduce.Executor;
using MapReduce.Storage;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Cli;

/// <summary><c>mr executor SOCKET [FOLDER [confine|seal network|no-network]]</c>: what a node starts to run a job's code in; not for people, and not among the commands that are shown.</summary>
internal static class ExecutorVerb
{
    public const string Name = "executor";

    public static ExitCode Run(string[] arguments)
    {
        if (arguments.Length is not (1 or 2 or 4)) throw new UserException(ExitCode.Usage, "An executor is started by a node, with the path of the node's socket, a folder for temporary files, and how to confine itself. To run a job say mr run.");
        var step = arguments.ElementAtOrDefault(2);
        var network = arguments.ElementAtOrDefault(3) == ExecutorSteps.WithNetwork;
        if (step == ExecutorSteps.Confine)
        {
            var openings = ReadOpenings();
            // Its node has ended before it had a job.
            if (openings.Count == 0) return ExitCode.Success;
            OneselfAgain.StartConfined(openings, network);
        }
        // What the job's code starts belongs to the executor's group, which the node ends with it.
        if (!OperatingSystem.IsWindows()) ProcessSignals.BeginGroup();
        Seal.KeepOrphans();
        // Programs like timeout ask their whole group to end, and under the seal that is the executor's. Its node ends it by other means.
        using var asked = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        try
        {
            ExecutorHost.Serve(arguments[0], arguments.ElementAtOrDefault(1), connected: () =>
            {
                // A node that lacks them has said so at its start.
                if (step == ExecutorSteps.Seal && Kernel.Here.HasFilters) Seal.FilterCalls(network);
            });
            return ExitCode.Success;
        }
        catch (SocketException exception)
        {
            throw new UserException(ExitCode.Failed, $"No node listens at '{arguments[0]}': {exception.Message}. An executor is started by a node; to run a job say mr run.");
        }
    }

    private static IReadOnlyList<Opening> ReadOpenings()
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        using var bytes = new MemoryStream();
        input.CopyTo(bytes);
        return Openings.Read(bytes.ToArray());
    }
}
