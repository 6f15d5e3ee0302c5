using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Tries on each line to do what is not its affair, "DEED WHAT", and writes for each what came of it: "done", "refused", or the name of an error. A line "fail DEED WHAT" fails the job with the error.</summary>
public sealed class Prying : IJob
{
    private const int NotPermitted = 1;
    private const int Denied = 13;

    // So Landlock says that a file may not be named or moved elsewhere.
    private const int OtherDevice = 18;
    private const int Attach = 16;
    private const int OpenFiles = 7;
    private const int NewUser = 0x10000000;

    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, string> output) =>
        {
            var words = line.ToString().Split(' ', 3);
            if (words[0] == "fail") Do(words[1], words[2]);
            else output.Emit(line.ToString(), Try(words[0], words.ElementAtOrDefault(1) ?? ""));
        })
        .Reduce((string deed, Values<string> outcomes, IEmitter<string, string> output) =>
        {
            foreach (var outcome in outcomes) output.Emit(deed, outcome);
        })
        .WriteText(job.Output);

    private static string Try(string deed, string what)
    {
        try
        {
            Do(deed, what);
            return "done";
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return "refused";
        }
        catch (Exception exception)
        {
            return exception.GetType().Name;
        }
    }

    private static void Do(string deed, string what)
    {
        switch (deed)
        {
            case "read":
                using (var file = File.OpenRead(what)) _ = file.ReadByte();
                break;
            case "list":
                _ = Directory.GetFileSystemEntries(what);
                break;
            case "append":
                File.AppendAllText(what, "loot");
                break;
            case "empty":
                Check(Truncate(what, 0));
                break;
            case "link":
                Check(Link(what, Path.Combine(Path.GetTempPath(), "loot")));
                break;
            case "make":
                File.WriteAllText(what, "loot");
                break;
            case "temporary":
                File.WriteAllText(Path.GetTempFileName(), "mine");
                break;
            case "call":
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) socket.Connect(new UnixDomainSocketEndPoint(what));
                break;
            case "dial":
                using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)) socket.Connect(IPAddress.Loopback, Number(what));
                break;
            case "signal":
                Check(Signal(Number(what), 0));
                break;
            case "trace":
                Check((int)Trace(Attach, Number(what), 0, 0));
                break;
            case "limit":
                Check(Limit(Number(what), OpenFiles, 0, new byte[16]));
                break;
            case "leave":
                Check(Session());
                break;
            case "namespace":
                Check(Unshare(NewUser));
                break;
            default:
                throw new ArgumentException(deed);
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Check(int result)
    {
        if (result >= 0) return;
        var error = Marshal.GetLastPInvokeError();
        throw error is NotPermitted or Denied or OtherDevice ? new UnauthorizedAccessException() : new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    [DllImport("libc", EntryPoint = "truncate", SetLastError = true)]
    private static extern int Truncate([MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint length);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);

    [DllImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static extern nint Trace(nint request, nint process, nint address, nint data);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int Limit(int process, int resource, nint limit, byte[] former);

    [DllImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static extern int Session();

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static extern int Unshare(int what);
}
