using MapReduce.Simulation.Plans;
using MapReduce.Simulation.Worlds;
using Xunit;

namespace MapReduce.Simulation.Specs;

/// <summary>Thousands of seeds, as the program runs them.</summary>
public sealed class HistoriesTests
{
    private const int Seeds = 3000;

    [Fact]
    public void No_history_breaks_a_promise_and_every_fault_meets_every_moment()
    {
        var (coverage, found) = Histories.Run(1, Seeds, () => new Surroundings());
        Assert.True(found is null, found is { } broken ? Histories.Tell(broken.Seed, broken.Broken, () => new Surroundings()) : "");
        Assert.Equal(Seeds, coverage.Histories);
        Assert.True(coverage.Empty().Count == 0, $"Never happened: {string.Join("; ", coverage.Empty())}\n{coverage}");
    }

    [Fact]
    public void The_same_seed_is_the_same_history()
    {
        for (var seed = 1; seed <= 20; seed++) Assert.Equal(Story(seed), Story(seed));

        static List<string> Story(long seed)
        {
            var world = new World(PlanGenerator.Draw(seed), new Surroundings(), tells: true);
            world.Run();
            return world.Story;
        }
    }

    [Fact]
    public void Every_plan_has_a_fault()
    {
        for (var seed = 1; seed <= 2000; seed++) Assert.NotEmpty(PlanGenerator.Draw(seed).Faults);
    }
}
