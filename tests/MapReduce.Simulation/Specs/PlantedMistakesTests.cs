using MapReduce.Simulation.Checks;
using MapReduce.Simulation.Mistakes;
using MapReduce.Simulation.Plans;
using MapReduce.Simulation.Worlds;
using Xunit;

namespace MapReduce.Simulation.Specs;

/// <summary>Each known mistake, planted around the product's code, is found within 2,000 seeds.</summary>
public sealed class PlantedMistakesTests
{
    private const int MostSeeds = 2000;

    private static readonly Dictionary<string, (Func<Surroundings> Plant, string[] Rules)> Mistakes = new()
    {
        ["the journal has no fence"] = (() => new JournalWithoutFence(), ["fenced", "epochs", "numbers", "leases", "token", "one-runs", "done", "ended", "planned"]),
        ["nodes obey old epochs"] = (() => new SlotWithoutFence(), ["old-epoch"]),
        ["a stale report counts"] = (() => new StaleReportAccepted(), ["old-epoch"]),
        ["sent before it is written"] = (() => new SendBeforePersist(), ["persist-first", "one-runs", "leases", "numbers"]),
        ["published before it is decided"] = (() => new PublishBeforeDecision(), ["decided-first"]),
        ["published output taken for another's"] = (() => new PublishOnlyOnce(), ["committed", "meant", "all-or-nothing"]),
        ["damaged parts are found too late"] = (() => new PartsUnchecked(), ["committed", "meant", "output"]),
        ["nothing is discarded"] = (() => new NothingDiscarded(), ["ends"]),
        ["lost map outputs are forgotten"] = (() => new LostOutputForgotten(), ["ends", "meant"]),
        ["damaged datasets are forgotten"] = (() => new DatasetDamageForgotten(), ["ends", "meant"]),
        ["plans are trusted after damage"] = (() => new PlanTrusted(), ["ends", "meant"]),
        ["a stage is planned without a share that is made again"] = (() => new PlanWithoutShare(), ["output", "counters"]),
        ["a slot is trusted to live once"] = (() => new SlotTrusted(), ["granted", "output"]),
        ["unknown members are lost"] = (() => new UnknownMembersLost(), ["members"]),
        ["files are named by slot"] = (() => new PathOfSlot(), ["granted", "output"]),
        ["counters of losers count"] = (() => new LosersCounted(), ["counters"]),
        ["leases never run out"] = (() => new LeasesForEver(), ["ends"]),
        ["client tokens are forgotten"] = (() => new TokenForgotten(), ["token"]),
        ["changes of the cluster are not told"] = (() => new ChangeDropped(), ["changes"]),
        ["compacted changes are not told of"] = (() => new CompactionHidden(), ["changes"]),
        ["watchers miss an event"] = (() => new EventDropped(), ["watchers", "ends"]),
    };

    public static TheoryData<string> Names() => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_mistake_is_found(string name)
    {
        var (plant, rules) = Mistakes[name];
        var (_, found) = Histories.Run(1, MostSeeds, plant);
        Assert.True(found is not null, $"{MostSeeds} seeds do not find that {name}");
        var violation = Assert.IsType<Violation>(found.Value.Broken);
        Assert.Contains(violation.Rule, rules);
    }

    [Fact]
    public void What_is_found_is_told_in_a_short_story_that_replays()
    {
        var (_, found) = Histories.Run(1, MostSeeds, () => new PublishBeforeDecision());
        var (seed, broken) = found!.Value;
        var plan = Histories.Shrink(PlanGenerator.Draw(seed), broken, () => new PublishBeforeDecision());
        Assert.Equal((1, 1), (plan.Jobs.Count, plan.Faults.Count));
        Assert.InRange(plan.Nodes, 1, 3);
        var story = Histories.Tell(seed, broken, () => new PublishBeforeDecision());
        Assert.Contains("decided-first", story, StringComparison.Ordinal);
        Assert.Equal(story, Histories.Tell(seed, broken, () => new PublishBeforeDecision()));
    }
}
