using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Runs;
using MapReduce.Fuzz.Sequential;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Local;
using Xunit;

namespace MapReduce.Fuzz.Specs;

/// <summary>Hundreds of seeds, as the program runs them.</summary>
public sealed class CasesTests
{
    private const int Seeds = 700;

    [Fact]
    public void Every_job_comes_to_what_a_sequential_run_comes_to_and_everything_is_tried()
    {
        var coverage = new Coverage();
        var trials = new Trials(new LocalProcess(coverage.Use), new Semantics());
        var found = trials.Run(1, Seeds, coverage);
        Assert.True(found is null, found is { } broken ? trials.Tell(broken.Seed, broken.Broken) : "");
        // Each mistake in each of its places takes more cases than these: the program asks for them.
        var empty = coverage.Empty().Where(name => !name.StartsWith(Coverage.OfMistakes, StringComparison.Ordinal)).ToList();
        Assert.True(empty.Count == 0, $"Never happened: {string.Join("; ", empty)}\n{coverage}");
    }

    [Fact]
    public void Jobs_come_to_the_same_on_a_cluster()
    {
        using var cluster = new ClusterOfNodes();
        var trials = new Trials(cluster, new Semantics());
        var found = trials.Run(1, 12, new Coverage());
        Assert.True(found is null, found is { } broken ? trials.Tell(broken.Seed, broken.Broken, " --cluster") : "");
    }

    [Fact]
    public void The_same_seed_is_the_same_case_and_a_plan_survives_its_way_to_the_job()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var text = CaseGenerator.Draw(seed).Job("side").Write();
            Assert.Equal(text, CaseGenerator.Draw(seed).Job("side").Write());
            Assert.Equal(text, JobPlan.Read(text).Write());
        }
    }

    [Fact]
    public void Every_setting_is_tried()
        => Assert.Equal(
            typeof(LocalSettings).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order(StringComparer.Ordinal),
            SettingsTable.Names.Order(StringComparer.Ordinal));
}
