using System.Runtime.InteropServices;

namespace MapReduce.Storage;

/// <summary>Signals and groups of processes, where the system is a Unix.</summary>
public static class ProcessSignals
{
    /// <summary>The signal that nobody can refuse.</summary>
    public const int Kill = 9;

    /// <summary>The signal that asks to end.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal to a process, or with a negative number to the group of that number. One that is gone gets none.</summary>
    public static void Send(int process, int signal) => _ = SendTo(process, signal);

    /// <summary>Makes this process the first of a group, to which all belong that it starts.</summary>
    public static void BeginGroup() => _ = BeginSession();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendTo(int process, int signal);

    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int BeginSession();
}
