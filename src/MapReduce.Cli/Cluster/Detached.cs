using System.Diagnostics;

namespace MapReduce.Cli.Cluster;

/// <summary>Starts processes that outlive this one and its terminal, and write to a file.</summary>
internal static class Detached
{
    public static Process Start(string log, IReadOnlyList<string> command)
    {
        if (OperatingSystem.IsWindows())
        {
            var start = new ProcessStartInfo("cmd.exe", ["/c", $"\"{string.Join(' ', command.Select(word => $"\"{word}\""))} >> \"{log}\" 2>&1\""]) { CreateNoWindow = true };
            return Process.Start(start)!;
        }
        // Each step replaces the one before, so that the process that is started is the node.
        var shell = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, .. command]);
        return Process.Start(shell)!;
    }
}

/// <summary>How this program is called.</summary>
internal static class OwnCommand
{
    public static IReadOnlyList<string> Line
    {
        get
        {
            var path = Environment.ProcessPath!;
            return Path.GetFileNameWithoutExtension(path) == "dotnet" ? [path, Path.Combine(AppContext.BaseDirectory, "mr.dll")] : [path];
        }
    }
}
