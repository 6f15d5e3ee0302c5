namespace MapReduce.FuzzJobs.Plans;

/// <summary>A map function into a channel.</summary>
/// <param name="Source">The source that it reads; -1 for a dataset.</param>
/// <param name="Dataset">The channel whose dataset it reads; -1 for a source.</param>
/// <param name="Style">How it is attached.</param>
/// <param name="Emit">What it emits.</param>
internal sealed record FeedPlan(int Source, int Dataset, FeedStyle Style, EmitPlan Emit)
{
    /// <summary>Whether it feeds the right side of a join.</summary>
    public bool IsRight { get; init; }
}

/// <summary>How a map function is attached.</summary>
internal enum FeedStyle
{
    Function,

    /// <summary>An object with <c>Setup</c> and <c>Close</c>. Has a channel for itself.</summary>
    Mapper,

    /// <summary>The same, which emits nothing before <c>Close</c>.</summary>
    HoldingMapper,

    /// <summary>One function for all channels that the source feeds in this way.</summary>
    FanOut,
}

/// <summary>What a map function emits for a record: a pair a token.</summary>
/// <param name="Tokens">What the tokens of a record are.</param>
/// <param name="Most">How many of them count.</param>
/// <param name="Key">What keys are made of.</param>
/// <param name="Keys">How many different keys there are, where they are numbered.</param>
/// <param name="Value">What values are made of.</param>
internal sealed record EmitPlan(Tokens Tokens, int Most, KeyPart Key, int Keys, ValuePart Value);

internal enum Tokens
{
    /// <summary>The record is the only one.</summary>
    Whole,

    /// <summary>What stands between spaces.</summary>
    Spaces,

    /// <summary>Maximal runs of letters, as the Sdk finds them.</summary>
    Words,
}

internal enum KeyPart
{
    Token,
    Numbered,
    Record,
    Place,
}

internal enum ValuePart
{
    Token,
    Record,
    Place,
    Position,
}
