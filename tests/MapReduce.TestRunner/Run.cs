using System.Globalization;
using System.Runtime.InteropServices;

namespace MapReduce.TestRunner;

/// <summary>
/// All test projects, or those whose tests have one of some words in their names. Two run at a time, of which one at most starts clusters. A test that
/// failed gets a second look: it runs again, alone, up to twice.
/// </summary>
internal sealed class Run(string tests, IReadOnlyList<string> words)
{
    /// <summary>What takes part in no run but its own: it measures time, needs luck, or lasts long.</summary>
    private const string Filter = "Category!=Check";

    /// <summary>Set to <c>fail</c>, a test that is skipped has failed: where everything is there that tests need, none is.</summary>
    private const string Skips = "MAPREDUCE_TEST_SKIPS";

    /// <summary>Set to <c>fail</c>, a test that fails once has failed, and gets no second look: repetitions look for those that fail at times.</summary>
    private const string Flakes = "MAPREDUCE_TEST_FLAKES";

    private const int SecondLooks = 2;
    private const int FlakyAllowed = 3;

    private readonly Marks marks = new();
    private readonly Lock printing = new();
    private readonly List<RoomRun> runs = [];

    /// <summary>Runs them, tells what failed, and ends with how many passed and failed.</summary>
    /// <returns>Whether all is well.</returns>
    public async Task<bool> ToTheEndAsync()
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => marks.Remove());
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => marks.Remove());
        bool isWell;
        string summary;
        try
        {
            var rooms = Room.In(tests);
            await Task.WhenAll(RunAsync(rooms.Where(room => room.StartsClusters)), RunAsync(rooms.Where(room => !room.StartsClusters)));
            WriteTimes();
            (isWell, summary) = await LookAgainAsync();
        }
        finally
        {
            foreach (var left in marks.Remove()) Console.WriteLine($"left: {left}");
        }
        // Whoever reads the last line reads this.
        Console.WriteLine(summary);
        return isWell;
    }

    private async Task RunAsync(IEnumerable<Room> lane)
    {
        foreach (var room in lane)
        {
            var run = await room.RunAsync(words.Count == 0 ? Filter : $"{Filter}&({string.Join('|', words.Select(word => $"FullyQualifiedName~{word}"))})", marks);
            lock (printing)
            {
                runs.Add(run);
                if (run.Tests.Count > 0 || run.Broken is not null) Tell(run);
            }
        }
    }

    private async Task<(bool IsWell, string Summary)> LookAgainAsync()
    {
        var failed = runs.SelectMany(run => run.Tests.Where(test => test.Failed).Select(test => (run.Room, Test: test))).ToList();
        var looks = Environment.GetEnvironmentVariable(Flakes) == "fail" ? 0 : SecondLooks;
        var flaky = 0;
        foreach (var (room, test) in failed)
        {
            var passes = false;
            for (var look = 0; look < looks && !passes; look++) passes = await room.PassesAloneAsync(test, marks);
            if (passes) flaky++;
            Console.WriteLine($"{(passes ? "flaky" : looks > 0 ? "failed alone" : "failed")}: {test.Name}");
        }
        if (flaky > FlakyAllowed) Console.WriteLine($"{flaky} tests were flaky; more than {FlakyAllowed} are a fault.");
        var skipped = runs.Sum(run => run.Tests.Count(test => test.Skipped));
        var mayBeSkipped = Environment.GetEnvironmentVariable(Skips) != "fail";
        var lost = failed.Count - flaky + runs.Count(run => run.Broken is not null) + (mayBeSkipped ? 0 : skipped);
        var passed = runs.Sum(run => run.Tests.Count(test => test.Passed)) + flaky;
        // Nothing that ran is nothing that was shown.
        if (passed == 0) Console.WriteLine("No test was run.");
        return (lost == 0 && flaky <= FlakyAllowed && passed > 0, string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {lost} failed{(mayBeSkipped && skipped > 0 ? $", {skipped} skipped" : "")}"));
    }

    /// <summary>Writes how long each test took, longest first.</summary>
    private void WriteTimes()
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(tests, "..", "TestResults")).FullName, "times.tsv");
        File.WriteAllLines(file, runs.SelectMany(run => run.Tests).OrderByDescending(test => test.Duration).Select(test => string.Create(CultureInfo.InvariantCulture, $"{test.Duration.TotalSeconds:0.00}\t{test.Outcome}\t{test.Name}")));
    }

    private static void Tell(RoomRun run)
    {
        var slowest = run.Tests.OrderByDescending(test => test.Duration).Take(10).Where(test => test.Duration > TimeSpan.FromSeconds(8)).Select(test => $"{test.Duration.TotalSeconds:0} s {test.Name[(test.Name.IndexOf(run.Room.Name, StringComparison.Ordinal) is 0 ? run.Room.Name.Length + 1 : 0)..]}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Room.Name}: {run.Tests.Count(test => test.Passed)} of {run.Tests.Count} passed in {run.Duration.TotalSeconds:0} s{string.Concat(slowest.Select(test => $"\n    {test}"))}"));
        foreach (var test in run.Tests.Where(test => test.Failed)) Console.WriteLine($"  Failed {test.Name}\n{test.Message}");
        foreach (var (reason, count) in run.Tests.Where(test => test.Skipped).CountBy(test => test.Message)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count} skipped: {reason}"));
        if (run.Broken is not null) Console.WriteLine($"  Broken off: {run.Broken}");
    }
}
