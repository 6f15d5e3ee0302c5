using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MapReduce.Cluster.Tests;

/// <summary>The program <c>mr</c>, and the jobs that are built with these tests.</summary>
internal static class Mr
{
    public static string Root { get; } = FindRoot();

    /// <summary>Runs the program to its end.</summary>
    public static (int Code, string Output, string Error) Run(params IEnumerable<string> arguments) => RunTo(Start(arguments));

    /// <summary>Runs the program to its end as someone who waits for a cluster no longer than this.</summary>
    public static (int Code, string Output, string Error) RunFor(TimeSpan patience, params IEnumerable<string> arguments)
    {
        var start = Of(arguments);
        start.Environment["MAPREDUCE_PATIENCE"] = patience.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return RunTo(Process.Start(start)!);
    }

    private static (int Code, string Output, string Error) RunTo(Process started)
    {
        using var process = started;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Runs a command that has to end well, and gives the object that it writes.</summary>
    public static JsonElement Json(params IEnumerable<string> arguments)
    {
        var given = arguments.ToList();
        given.Insert(given.IndexOf("--") is >= 0 and var own ? own : given.Count, "--json");
        var (code, output, error) = Run(given);
        if (code != 0) throw new InvalidOperationException(error);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new InvalidOperationException($"No object: {output}");
    }

    public static Process Start(params IEnumerable<string> arguments) => Process.Start(Of(arguments))!;

    private static ProcessStartInfo Of(IEnumerable<string> arguments) => new("dotnet", [TestProgram.File, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };

    /// <summary>A job's assembly, in the folder that its own project builds.</summary>
    public static string Job(string project)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(Root, project.StartsWith("MapReduce.", StringComparison.Ordinal) ? "tests" : "jobs", project, "bin", configuration, "net10.0", $"{project}.dll");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MapReduce.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
