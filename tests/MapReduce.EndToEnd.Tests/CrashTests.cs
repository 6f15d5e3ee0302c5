using System.Globalization;
using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace MapReduce.EndToEnd.Tests;

/// <summary>Ends the process at random moments, publishing included: the output is nothing or whole, and the next run cleans up.</summary>
public sealed class CrashTests(ITestOutputHelper log)
{
    private const int MostRuns = 600;
    private const int Seed = 20;

    private static readonly string[] Phases = ["plan", "map", "reduce", "publish"];

    [Fact]
    public void A_crash_in_any_phase_leaves_nothing_or_the_whole_and_the_next_run_cleans_up() => Crash(crashes: 8, ofPhase: 2);

    [Fact]
    [Trait("Category", "Check")]
    public void Check_crashes_at_a_hundred_moments()
    {
        Crash(crashes: 100, ofPhase: 10);
        Figure.AtMost("crashes", 0, 0, "of 100 outputs wrong");
    }

    private void Crash(int crashes, int ofPhase)
    {
        using var sandbox = new Sandbox();
        sandbox.Write("in/access.log", Log());
        Assert.Equal(0, Mr.Run(Arguments(sandbox, "whole", sandbox["events"])).Code);
        var whole = Content(sandbox["whole"]);
        Assert.True(whole.Count > 8);

        var random = new Random(Seed);
        var hits = Phases.ToDictionary(phase => phase, _ => 0);
        for (var run = 0; hits.Values.Sum() < crashes || hits.Values.Min() < ofPhase; run++)
        {
            Assert.True(run < MostRuns, $"Seed {Seed}: {string.Join(", ", hits)}");
            var replaces = Directory.Exists(sandbox["out"]);
            var phase = Crash(sandbox, Aim(hits, ofPhase, random), random);
            if (phase is null) continue;
            hits[phase]++;
            if (Directory.Exists(sandbox["out"])) Assert.Equal(whole, Content(sandbox["out"]));
            else Assert.False(replaces, "A crash has taken the earlier output away.");
            // Now and then a run that ends well, and now and then one that has nothing to replace.
            if (run % 5 == 0)
            {
                Assert.Equal(0, Mr.Run(Arguments(sandbox, "out", sandbox["events"])).Code);
                Assert.Equal(whole, Content(sandbox["out"]));
                Assert.Equal(["events", "in", "out", "whole"], sandbox.Names);
            }
            if (run % 5 == 2 && Directory.Exists(sandbox["out"])) Directory.Delete(sandbox["out"], recursive: true);
        }
        log.WriteLine(string.Join(", ", hits));
    }

    [Fact]
    public void A_run_removes_the_intermediate_data_that_a_killed_one_has_left_in_the_same_folder()
    {
        using var sandbox = new Sandbox();
        sandbox.Write("in/access.log", Log());
        var spill = Directory.CreateDirectory(sandbox["spill"]).FullName;
        string[] spilling = ["--spill", spill, "--no-keep"];
        using (var mr = Mr.Start(["run", Mr.TestJobs, "--job", "Endless", "--input", sandbox["in"], "--output", sandbox["endless"], "--events", sandbox["events"], "--quiet", .. spilling]))
        {
            EventLog.WaitFor(sandbox["events"], mr, events => PhaseOf(events) == "map");
            mr.Kill();
        }
        Assert.Single(Directory.GetFileSystemEntries(spill));
        File.Delete(sandbox["events"]);
        Assert.Equal(0, Mr.Run([.. Arguments(sandbox, "out", sandbox["events"]), .. spilling]).Code);
        Assert.Empty(Directory.GetFileSystemEntries(spill));
    }

    /// <summary>Runs the job and ends its process in <paramref name="aim"/>, or soon after.</summary>
    /// <returns>The phase that the process was in by its own log; null where it had finished.</returns>
    private static string? Crash(Sandbox sandbox, string aim, Random random)
    {
        File.Delete(sandbox["events"]);
        using (var mr = Mr.Start(Arguments(sandbox, "out", sandbox["events"])))
        {
            EventLog.WaitFor(sandbox["events"], mr, events => PhaseOf(events) == aim || PhaseOf(events) is null);
            Thread.SpinWait(random.Next(aim == "publish" ? 20_000 : 400_000));
            mr.Kill();
        }
        return PhaseOf(EventLog.Read(sandbox["events"]));
    }

    private static string Aim(Dictionary<string, int> hits, int ofPhase, Random random)
        => hits.FirstOrDefault(phase => phase.Value < ofPhase && random.Next(2) == 0).Key ?? Phases[random.Next(Phases.Length)];

    private static string? PhaseOf(IReadOnlyList<LoggedEvent> events)
    {
        if (events.Any(line => line.Event is "JobPublished")) return null;
        if (events.Any(line => line.Event is "CommitDecided")) return "publish";
        return events.LastOrDefault(line => line.Kind != ' ')?.Kind switch
        {
            'm' => "map",
            'r' => "reduce",
            _ => "plan",
        };
    }

    private static string[] Arguments(Sandbox sandbox, string output, string events)
        => ["run", Mr.Job("LogAnalytics"), "--input", sandbox["in"], "--output", sandbox[output], "--overwrite", "--sync", "--split", "64KiB", "--partitions", "3", "--events", events, "--quiet"];

    /// <summary>The files of an output with their bytes. The manifest counts only as being there, for it names the run.</summary>
    private static SortedDictionary<string, string> Content(string folder)
    {
        Assert.True(File.Exists(Path.Combine(folder, "_manifest.json")));
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            files[Path.GetRelativePath(folder, path)] = path.EndsWith("_manifest.json", StringComparison.Ordinal) ? "" : JobOutput.Hash(File.ReadAllBytes(path));
        return files;
    }

    private static string Log()
    {
        var random = new Random(Seed);
        var text = new StringBuilder();
        for (var i = 0; i < 6000; i++)
            text.Append(CultureInfo.InvariantCulture, $"10.0.{random.Next(20)}.{random.Next(50)} - - [01/Feb/2024:{i / 250 % 24:D2}:{random.Next(60):D2}:00 +0000] \"GET /page/{random.Next(300)} HTTP/1.1\" 200 {random.Next(9999)}\n");
        return text.ToString();
    }
}
