using System.Diagnostics;

namespace MapReduce.EndToEnd.Tests;

/// <summary>The program <c>mr</c> in a process of its own.</summary>
internal sealed class Mr : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private Mr(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [TestProgram.File, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        process = Process.Start(start)!;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>The assembly of test jobs.</summary>
    public static string TestJobs { get; } = Path.Combine(AppContext.BaseDirectory, "MapReduce.TestJobs.dll");

    /// <summary>The assembly of the job that brings a dependency of which the program itself has another version: in a folder of its own.</summary>
    public static string ConflictingJob { get; } = Path.Combine(AppContext.BaseDirectory.Replace("MapReduce.EndToEnd.Tests", "MapReduce.ConflictingJob", StringComparison.Ordinal), "MapReduce.ConflictingJob.dll");

    /// <summary>The assembly of a sample job.</summary>
    public static string Job(string name) => Path.Combine(AppContext.BaseDirectory, $"{name}.dll");

    public static Mr Start(params IEnumerable<string> arguments) => new(arguments);

    /// <summary>Runs the program to its end.</summary>
    public static (int Code, string Output, string Error) Run(params IEnumerable<string> arguments)
    {
        using var mr = new Mr(arguments);
        return mr.End();
    }

    public (int Code, string Output, string Error) End()
    {
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}
