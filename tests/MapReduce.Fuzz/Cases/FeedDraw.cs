using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Cases;

/// <summary>Draws map functions.</summary>
internal static class FeedDraw
{
    /// <param name="random">What is drawn from.</param>
    /// <param name="source">The source; null for a dataset.</param>
    /// <param name="dataset">The channel with the dataset.</param>
    /// <param name="isFirst">Whether it is the first of its channel.</param>
    public static FeedPlan Draw(Randomness random, SourcePlan? source, int dataset, bool isFirst)
    {
        var isText = source?.Format is SourceFormat.Lines or SourceFormat.LinesWithReturns or SourceFormat.Files;
        var hasPlace = source is { ReadsFiles: true, Format: not SourceFormat.Delimited };
        var emit = new EmitPlan(
            random.Between(0, 9) switch { < 2 => Tokens.Whole, < 8 => Tokens.Spaces, _ => isText ? Tokens.Words : Tokens.Spaces },
            source?.Format == SourceFormat.Files ? random.Of([1, 5, 300]) : random.Of([1, 2, 5, 5, 300]),
            random.Between(0, 9) switch { < 5 => KeyPart.Token, < 8 => KeyPart.Numbered, < 9 => KeyPart.Record, _ => hasPlace ? KeyPart.Place : KeyPart.Token },
            random.Of([1, 5, 30]),
            random.Between(0, 9) switch { < 5 => ValuePart.Token, < 6 => ValuePart.Record, < 8 => hasPlace ? ValuePart.Place : ValuePart.Token, _ => ValuePart.Position });
        return new FeedPlan(source?.Id ?? -1, dataset, Style(random, source, isFirst), emit);
    }

    private static FeedStyle Style(Randomness random, SourcePlan? source, bool isFirst)
    {
        if (source is null) return FeedStyle.Function;
        return random.Between(0, 9) switch
        {
            < 5 => FeedStyle.Function,
            < 6 => isFirst ? FeedStyle.Mapper : FeedStyle.Function,
            < 7 => isFirst ? FeedStyle.HoldingMapper : FeedStyle.FanOut,
            _ => FeedStyle.FanOut,
        };
    }
}
