using System.Diagnostics;

namespace MapReduce.Docs.Tests;

/// <summary>A folder with what a clone has, in which commands find <c>mr</c> and a cluster folder of their own. Ends the cluster that they leave.</summary>
internal sealed class Clone : IDisposable
{
    /// <summary>What takes longer hangs.</summary>
    private static readonly TimeSpan Hangs = TimeSpan.FromMinutes(10);

    private readonly string home = Directory.CreateTempSubdirectory("mapreduce-docs-").FullName;

    public Clone()
    {
        Directory.CreateDirectory(Root);
        foreach (var entry in Directory.GetFileSystemEntries(Pages.Root).Where(entry => Path.GetFileName(entry) is not (".git" or "out")))
        {
            // What commands build is copied: through a link they would write beside the sources that other tests use.
            if (Path.GetFileName(entry) is "src" or "jobs") Copy(new DirectoryInfo(entry), Path.Combine(Root, Path.GetFileName(entry)));
            else File.CreateSymbolicLink(Path.Combine(Root, Path.GetFileName(entry)), entry);
        }
        var token = Path.Combine(home, "token");
        File.WriteAllText(token, new string('t', 64));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(Path.Combine(Root, "node-1.conf"), $"mapreduce {{\n  node {{ name = node-1, host = \"127.0.0.1\", folder = \"{home}/node-1\" }}\n  http.token-file = \"{token}\"\n}}\n");
        var bin = Directory.CreateDirectory(Path.Combine(home, "bin")).FullName;
        var mr = Path.Combine(bin, "mr");
        File.WriteAllText(mr, $"#!/bin/sh\nexec dotnet '{TestProgram.File}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(mr, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Root => Path.Combine(home, "clone");

    /// <summary>Runs a script that ends with its first command that fails.</summary>
    public (int Code, string Output) Run(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-e", "-o", "pipefail", "-c", script])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PATH"] = $"{home}/bin:{Environment.GetEnvironmentVariable("PATH")}",
                ["CLONE"] = Root,
                ["MAPREDUCE_CLUSTER"] = Path.Combine(home, "cluster"),
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

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles()) file.CopyTo(Path.Combine(to, file.Name));
        foreach (var folder in from.EnumerateDirectories().Where(folder => folder.Name is not ("bin" or "obj"))) Copy(folder, Path.Combine(to, folder.Name));
    }

    public void Dispose()
    {
        Run("mr cluster down || true");
        Directory.Delete(home, recursive: true);
    }
}
