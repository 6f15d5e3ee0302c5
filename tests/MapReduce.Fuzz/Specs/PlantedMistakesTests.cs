using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Checks;
using MapReduce.Fuzz.Mistakes;
using MapReduce.Fuzz.Runs;
using Xunit;

namespace MapReduce.Fuzz.Specs;

/// <summary>Each known mistake, planted in what is taken for right, is found within so many seeds, and told as a small case.</summary>
public sealed class PlantedMistakesTests
{
    private const int MostSeeds = 6000;

    public static TheoryData<string> Names() => [.. PlantedMistakes.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_mistake_is_found_and_made_small(string name)
    {
        var mistake = PlantedMistakes.All[name];
        var trials = new Trials(new Meeting(mistake, new LocalProcess(_ => { })), mistake.Plant());
        var found = trials.Run(1, MostSeeds, new Coverage());
        Assert.True(found is not null, $"{MostSeeds} seeds do not find that {name}");
        var violation = Assert.IsType<Violation>(found.Value.Broken);
        Assert.Contains(violation.Rule, mistake.Rules);

        var drawn = CaseGenerator.Draw(found.Value.Seed);
        var (smallest, way, again) = trials.Shrink(drawn, violation);
        Assert.InRange(smallest.Channels.Count, 1, 2);
        Assert.InRange(smallest.Sources.Sum(source => source.Input?.Files.Sum(file => file.Records.Count) ?? 0), 0, 8);
        Assert.Empty(smallest.Settings.Keys.Except(["SkipBadRecords", "SplitBytes"]));
        // And whoever goes the same way comes to the same.
        Assert.Equal(smallest.Job("").Write(), Shrinker.Along(drawn, way).Job("").Write());
        Assert.Equal(violation.Rule, Trials.RuleOf(again));
    }

    /// <summary>Runs only what can meet a mistake.</summary>
    private sealed class Meeting(PlantedMistake mistake, IRunner runner) : IRunner
    {
        public bool Takes(Case of) => mistake.Meets?.Invoke(of) != false && runner.Takes(of);

        public Observation Run(Workplace place) => runner.Run(place);
    }
}
