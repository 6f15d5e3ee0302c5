using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;

namespace MapReduce.TestRunner;

/// <summary>A test project that is built.</summary>
internal sealed class Room
{
    private readonly string assembly;

    private Room(string folder, string project)
    {
        Name = Path.GetFileName(folder);
        assembly = Path.Combine(folder, "bin", "Release", "net10.0", $"{Name}.dll");
        StartsClusters = (bool?)XDocument.Load(project).Descendants("StartsClusters").FirstOrDefault() ?? false;
    }

    public string Name { get; }

    /// <summary>Whether its tests start clusters: such rooms have the machine one after another.</summary>
    public bool StartsClusters { get; }

    /// <summary>All test projects below a folder.</summary>
    /// <exception cref="InvalidOperationException">One of them is not built.</exception>
    public static List<Room> In(string tests)
    {
        var rooms = Directory.GetFiles(tests, "*.csproj", SearchOption.AllDirectories)
            .Where(project => File.ReadAllText(project).Contains("\"Microsoft.NET.Test.Sdk\"", StringComparison.Ordinal))
            .Select(project => new Room(Path.GetDirectoryName(project)!, project)).OrderBy(room => room.Name, StringComparer.Ordinal).ToList();
        return rooms.Find(room => !File.Exists(room.assembly)) is { } missing
            ? throw new InvalidOperationException($"'{missing.assembly}' is not built. Run 'dotnet build -c Release' first.")
            : rooms;
    }

    /// <summary>Runs the tests that a filter of the test platform lets through.</summary>
    public async Task<RoomRun> RunAsync(string filter, Marks marks)
    {
        var results = Directory.CreateTempSubdirectory("results-").FullName;
        var start = new ProcessStartInfo("dotnet", ["test", assembly, "--logger", "trx;LogFileName=results.trx", "--results-directory", results, "--filter", filter, "--blame-hang", "--blame-hang-timeout", "12m", "--blame-hang-dump-type", "none"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        marks.Put(start.Environment);
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var told = output + await error;
        var tests = TestResult.Read(Path.Combine(results, "results.trx"));
        // What ends badly and yet names no test that failed has broken off: the process of the tests crashed, or hung.
        var broken = process.ExitCode != 0 && tests.TrueForAll(test => !test.Failed) ? string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}\n{told}") : null;
        Directory.Delete(results, recursive: true);
        return new RoomRun(this, tests, broken, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>Runs one test alone.</summary>
    public async Task<bool> PassesAloneAsync(TestResult test, Marks marks)
    {
        var method = $"FullyQualifiedName={Escape(test.Method)}";
        var run = await RunAsync($"{method}&DisplayName={Escape(test.Name)}", marks);
        // Names that are too long are cut by some adapters; then all rows of the theory run.
        if (run.Broken is null && run.Tests.Count == 0) run = await RunAsync(method, marks);
        return run.Broken is null && run.Tests.Count > 0 && run.Tests.TrueForAll(again => again.Passed);
    }

    private static string Escape(string text) => string.Concat(text.Select(letter => "\\()&|=!~".Contains(letter, StringComparison.Ordinal) ? $"\\{letter}" : $"{letter}"));
}

/// <summary>What came of the tests of a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Tests">Its tests.</param>
/// <param name="Broken">How the run broke off; null where it went to its end.</param>
/// <param name="Duration">How long all of it took.</param>
internal sealed record RoomRun(Room Room, List<TestResult> Tests, string? Broken, TimeSpan Duration);
