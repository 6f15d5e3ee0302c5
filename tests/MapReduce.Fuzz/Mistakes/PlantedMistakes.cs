using MapReduce.Fuzz.Sequential;

namespace MapReduce.Fuzz.Mistakes;

/// <summary>Known mistakes in what is taken for right: each is one that an engine could make, so that not to notice it here would be not to notice it there.</summary>
internal static class PlantedMistakes
{
    /// <summary>Each by its name, with the rules of which it breaks one.</summary>
    public static IReadOnlyDictionary<string, (Func<Semantics> Plant, string[] Rules)> All { get; } = new Dictionary<string, (Func<Semantics>, string[])>
    {
        ["an-emission-is-lost"] = (() => new EmissionLost(), ["bytes", "rows", "groups", "table"]),
        ["half-a-bad-record-stays"] = (() => new HalfOfBad(), ["bytes", "rows", "groups", "table"]),
        ["bad-records-count"] = (() => new BadCounted(), ["counters"]),
        ["a-bad-record-is-elsewhere"] = (() => new BadElsewhere(), ["quarantine"]),
        ["values-are-turned-round"] = (() => new ValuesTurned(), ["bytes", "groups", "rows"]),
        ["parts-are-turned-round"] = (() => new PartsTurned(), ["bytes", "rows"]),
        ["long-keys-are-cut"] = (() => new KeysCut(), ["bytes", "groups", "rows", "counters"]),
        ["zeros-are-two-keys"] = (() => new TwoZeros(), ["bytes", "groups", "rows", "counters"]),
        ["texts-in-the-order-of-utf-16"] = (() => new Utf16Order(), ["bytes", "groups"]),
        ["doubles-are-summed-one-by-one"] = (() => new RoundedOften(), ["bytes", "groups", "rows", "table"]),
        ["ties-stay-as-they-come"] = (() => new TiesAsTheyCome(), ["bytes", "groups", "rows", "table"]),
        ["an-open-line-is-lost"] = (() => new OpenLineLost(), ["bytes", "groups", "rows", "records", "counters", "table"]),
        ["a-carriage-return-stays"] = (() => new ReturnsKept(), ["bytes", "groups", "rows", "table", "quarantine"]),
        ["the-last-of-a-dataset-is-lost"] = (() => new DatasetCut(), ["bytes", "groups", "rows", "counters", "table"]),
        ["an-outer-join-is-an-inner-one"] = (() => new OuterJoinLost(), ["bytes", "groups", "rows", "table"]),
        ["damage-is-the-end-of-a-file"] = (() => new DamageUnseen(), ["fails", "reason"]),
    };
}
