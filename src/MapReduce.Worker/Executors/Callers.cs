using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MapReduce.Worker.Executors;

/// <summary>Tells an executor from whoever else calls at its socket, and would be given the job's arguments and connections in its place.</summary>
internal static class Callers
{
    /// <summary>How many may wait: the executor is to have a place among those that are sent away.</summary>
    public const int Waiting = 8;

    // As Linux numbers them.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int PeerCredentialsOnPower = 21;
    private const int CredentialsLength = 12;

    /// <summary>Waits for a process to call, or one that it has started, as launchers do. Whoever else calls is sent away.</summary>
    /// <remarks>Only Linux tells who calls in this way. Elsewhere the rights of the socket's folder have to do.</remarks>
    /// <param name="listener">The socket.</param>
    /// <param name="process">The process.</param>
    /// <param name="onStranger">Is told of each that is sent away: its number, or 0 where this process cannot see it.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Socket> AcceptAsync(Socket listener, int process, Action<int> onStranger, CancellationToken cancellation)
    {
        while (true)
        {
            var caller = await listener.AcceptAsync(cancellation);
            if (!OperatingSystem.IsLinux()) return caller;
            var number = ProcessOf(caller);
            if (Descends(number, process)) return caller;
            onStranger(number);
            caller.Dispose();
        }
    }

    /// <summary>The process that called, as the kernel has noted it then; 0 for one that this process cannot see.</summary>
    private static int ProcessOf(Socket caller)
    {
        // Process, user and group, four bytes each.
        Span<byte> credentials = stackalloc byte[CredentialsLength];
        var option = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? PeerCredentialsOnPower : PeerCredentials;
        return caller.GetRawSocketOption(SocketLevel, option, credentials) == CredentialsLength ? BitConverter.ToInt32(credentials) : 0;
    }

    private static bool Descends(int process, int ancestor)
    {
        for (; process > 1; process = ParentOf(process))
            if (process == ancestor) return true;
        return false;
    }

    /// <summary>The second field after the name, which may hold anything; 0 for a process that has ended.</summary>
    private static int ParentOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
