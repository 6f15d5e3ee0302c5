using System.Diagnostics;

namespace MapReduce.Docs.Tests;

/// <summary>A folder with what a clone has, in which the commands of all pages find <c>mr</c>, stand-ins for what is not to be had here, and for each page a cluster folder and a machine of its own. What one page builds, the next finds built.</summary>
public sealed class Clone : IDisposable
{
    /// <summary>What takes longer hangs.</summary>
    private static readonly TimeSpan Hangs = TimeSpan.FromMinutes(10);

    private readonly string home = Directory.CreateTempSubdirectory("mapreduce-docs-").FullName;
    private int pages;
    private string cluster = "";

    public Clone()
    {
        Directory.CreateDirectory(Root);
        foreach (var entry in Directory.GetFileSystemEntries(Pages.Root).Where(entry => Path.GetFileName(entry) is not (".git" or "out" or "certificates")))
        {
            // What commands build is copied: through a link they would write beside the sources that other tests use.
            if (Path.GetFileName(entry) is "src" or "jobs") Copy(new DirectoryInfo(entry), Path.Combine(Root, Path.GetFileName(entry)));
            else File.CreateSymbolicLink(Path.Combine(Root, Path.GetFileName(entry)), entry);
        }
        LetWordCountWait();
        var token = Path.Combine(home, "token");
        File.WriteAllText(token, new string('t', 64));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(Path.Combine(Root, "node-1.conf"), $$"""
            mapreduce {
              node { name = node-1, host = "127.0.0.1", port = 0, folder = "{{home}}/node-1" }
              http { port = 0, token-file = "{{token}}" }
            }

            """);
        var bin = Directory.CreateDirectory(Path.Combine(home, "bin")).FullName;
        var mr = Path.Combine(bin, "mr");
        File.WriteAllText(mr, $"#!/bin/sh\nexec dotnet '{TestProgram.File}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(mr, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Root => Path.Combine(home, "clone");

    /// <summary>Runs the script of a page, which ends with its first command that fails, and ends what it has left running, but for the cluster that pages share.</summary>
    /// <param name="script">The script.</param>
    /// <param name="sharesCluster">Whether it takes the cluster that another page has left.</param>
    public (int Code, string Output) RunPage(string script, bool sharesCluster)
    {
        pages++;
        cluster = Path.Combine(home, sharesCluster ? "cluster" : $"cluster-{pages}");
        foreach (var left in (string[])["out", "certificates"])
            if (Directory.Exists(Path.Combine(Root, left))) Directory.Delete(Path.Combine(Root, left), recursive: true);
        Directory.CreateDirectory(System);
        try
        {
            return Run(script);
        }
        finally
        {
            Run("""
                [ ! -e "$SYSTEM/service" ] || { kill -TERM "$(cat "$SYSTEM/service")"; tail --pid "$(cat "$SYSTEM/service")" -f /dev/null; }
                """);
            if (!sharesCluster) EndCluster();
        }
    }

    public void Dispose()
    {
        cluster = Path.Combine(home, "cluster");
        EndCluster();
        Directory.Delete(home, recursive: true);
    }

    private void EndCluster() => Run("[ ! -e \"$MAPREDUCE_CLUSTER/cluster.json\" ] || mr cluster down");

    /// <summary>What stands for the root of a machine while a page is run.</summary>
    private string System => Path.Combine(home, $"system-{pages}");

    private (int Code, string Output) Run(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-e", "-o", "pipefail", "-c", script])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PATH"] = $"{home}/bin:{Path.Combine(Pages.Root, "tests", "MapReduce.Docs.Tests", "StandIns")}:{Environment.GetEnvironmentVariable("PATH")}",
                ["CLONE"] = Root,
                ["SYSTEM"] = System,
                ["MAPREDUCE_CLUSTER"] = cluster,
            },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Hangs))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        return (process.ExitCode, output.Result + error.Result);
    }

    /// <summary>Lets the sample job say that it has begun and wait while there is a file named <c>closed</c>, so that a node can be killed while it runs.</summary>
    private void LetWordCountWait()
    {
        const string First = "foreach (var word in line.Words())";
        var file = Path.Combine(Root, "jobs", "WordCount", "WordCount.cs");
        var code = File.ReadAllText(file);
        var waiting = code.Replace(First, $"while (File.Exists(\"{Root}/closed\")) Thread.Sleep(Directory.CreateDirectory(\"{Root}/entered\").Exists ? 10 : 1);\n                {First}", StringComparison.Ordinal);
        if (waiting == code) throw new InvalidOperationException($"{file} has no '{First}'.");
        File.WriteAllText(file, waiting);
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles()) file.CopyTo(Path.Combine(to, file.Name));
        foreach (var folder in from.EnumerateDirectories().Where(folder => folder.Name is not ("bin" or "obj"))) Copy(folder, Path.Combine(to, folder.Name));
    }
}
