using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Sequential;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Mistakes;

/// <summary>Known mistakes in what is taken for right: each is one that an engine could make, so that not to notice it here would be not to notice it there.</summary>
internal static class PlantedMistakes
{
    /// <summary>Each by its name, with the rules of which it breaks one.</summary>
    public static IReadOnlyDictionary<string, PlantedMistake> All { get; } = new Dictionary<string, PlantedMistake>
    {
        ["an-emission-is-lost"] = new(() => new EmissionLost(), ["bytes", "rows", "groups", "table"]),
        ["half-a-bad-record-stays"] = new(() => new HalfOfBad(), ["bytes", "rows", "groups", "table"]),
        ["bad-records-count"] = new(() => new BadCounted(), ["counters"]),
        ["a-bad-record-is-elsewhere"] = new(() => new BadElsewhere(), ["quarantine"]),
        ["values-are-turned-round"] = new(() => new ValuesTurned(), ["bytes", "groups", "rows"]),
        ["parts-are-turned-round"] = new(() => new PartsTurned(), ["bytes", "rows"]),
        ["long-keys-are-cut"] = new(() => new KeysCut(), ["bytes", "groups", "rows", "counters"]),
        ["zeros-are-two-keys"] = new(() => new TwoZeros(), ["bytes", "groups", "rows", "counters"]),
        ["texts-in-the-order-of-utf-16"] = new(() => new Utf16Order(), ["bytes", "groups"]),
        ["doubles-are-summed-one-by-one"] = new(() => new RoundedOften(), ["bytes", "groups", "rows", "table"], of => Aggregates(of, AggregatorNames.Sum, "Double")),
        ["ties-stay-as-they-come"] = new(() => new TiesAsTheyCome(), ["bytes", "groups", "rows", "table"], of => Aggregates(of, AggregatorNames.TopK)),
        ["an-open-line-is-lost"] = new(() => new OpenLineLost(), ["bytes", "groups", "rows", "records", "counters", "table"]),
        ["a-carriage-return-stays"] = new(() => new ReturnsKept(), ["bytes", "groups", "rows", "table", "quarantine"]),
        ["the-last-of-a-dataset-is-lost"] = new(() => new DatasetCut(), ["bytes", "groups", "rows", "counters", "table", "fails"]),
        ["an-outer-join-is-an-inner-one"] = new(() => new OuterJoinLost(), ["bytes", "groups", "rows", "table", "fails"]),
        ["damage-is-the-end-of-a-file"] = new(() => new DamageUnseen(), ["fails", "reason"]),
    };

    private static bool Aggregates(Case of, string aggregator, string? kind = null) => of.Channels.Any(channel => (kind is null || channel.Value == kind) && Has(channel.Aggregator, aggregator));

    private static bool Has(AggregatorPlan? plan, string aggregator) => plan is not null && (plan.Name == aggregator || Has(plan.First, aggregator) || Has(plan.Second, aggregator));
}

/// <summary>A known mistake.</summary>
/// <param name="Plant">What is taken for right, with it.</param>
/// <param name="Rules">The rules of which it breaks one. It may also make an author's mistake happen, or not.</param>
/// <param name="Meets">Whether a case can meet it, for mistakes that few cases meet; null for all.</param>
internal sealed record PlantedMistake(Func<Semantics> Plant, string[] Rules, Func<Case, bool>? Meets = null);
