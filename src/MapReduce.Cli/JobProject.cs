using System.Diagnostics;

namespace MapReduce.Cli;

/// <summary>Finds or builds the assembly that the user named.</summary>
internal static class JobProject
{
    /// <summary>The path of the assembly; a folder's project is built first.</summary>
    /// <exception cref="UserException">There is nothing to build, or it does not build.</exception>
    public static string Assembly(string job, bool quiet)
    {
        if (File.Exists(job)) return job.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase) ? Build(job, quiet) : job;
        if (!Directory.Exists(job)) throw new UserException(ExitCode.Job, $"There is no job '{job}'. Name a .dll or the folder of a project.");
        var projects = Directory.GetFiles(job, "*.csproj");
        return projects.Length switch
        {
            1 => Build(projects[0], quiet),
            0 => throw new UserException(ExitCode.Job, $"'{job}' has no project. Name a .dll, or a folder with one .csproj."),
            _ => throw new UserException(ExitCode.Job, $"'{job}' has {projects.Length} projects. Name one of them: {string.Join(", ", projects.Select(Path.GetFileName))}."),
        };
    }

    private static string Build(string project, bool quiet)
    {
        if (!quiet) Console.Error.WriteLine($"building {Path.GetFileNameWithoutExtension(project)} …");
        var (code, output) = Dotnet("build", project, "-c", "Release", "-v", "quiet", "--nologo", "-clp:NoSummary");
        if (code != 0) throw new UserException(ExitCode.Job, $"'{project}' does not build. Mend it and run again:{Environment.NewLine}{output.Trim()}");
        var (asked, path) = Dotnet("msbuild", project, "-p:Configuration=Release", "-getProperty:TargetPath", "--nologo");
        if (asked != 0 || !File.Exists(path.Trim())) throw new UserException(ExitCode.Job, $"'{project}' was built, but its assembly was not found at '{path.Trim()}'. Name the .dll instead.");
        return path.Trim();
    }

    private static (int Code, string Output) Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The build servers of an SDK that runs this program would outlive it.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UserException(ExitCode.Job, "Building a job needs the .NET SDK, and 'dotnet' was not found. Install the SDK, or name a .dll that is built already.");
        }
    }
}
