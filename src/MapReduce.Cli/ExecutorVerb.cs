using System.Net.Sockets;
using MapReduce.Executor;
using MapReduce.Storage;

namespace MapReduce.Cli;

/// <summary><c>mr executor SOCKET [FOLDER]</c>: what a node starts to run a job's code in; not for people, and not among the commands that are shown.</summary>
internal static class ExecutorVerb
{
    public const string Name = "executor";

    public static ExitCode Run(string[] arguments)
    {
        if (arguments.Length is not (1 or 2)) throw new UserException(ExitCode.Usage, "An executor is started by a node, with the path of the node's socket and a folder for temporary files. To run a job say mr run.");
        // What the job's code starts belongs to the executor's group, which the node ends with it.
        if (!OperatingSystem.IsWindows()) ProcessSignals.BeginGroup();
        try
        {
            ExecutorHost.Serve(arguments[0], arguments.ElementAtOrDefault(1));
            return ExitCode.Success;
        }
        catch (SocketException exception)
        {
            throw new UserException(ExitCode.Failed, $"No node listens at '{arguments[0]}': {exception.Message}. An executor is started by a node; to run a job say mr run.");
        }
    }
}
