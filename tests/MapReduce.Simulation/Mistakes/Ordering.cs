using MapReduce.Simulation.Worlds;

namespace MapReduce.Simulation.Mistakes;

/// <summary>A job sends what follows from its events, and writes them afterwards.</summary>
internal sealed class SendBeforePersist : Surroundings
{
    public override bool ActsBeforeWritten => true;
}

/// <summary>A job publishes as soon as it wants to decide.</summary>
internal sealed class PublishBeforeDecision : Surroundings
{
    public override bool PublishesBeforeDecided => true;
}

/// <summary>A job that finds its own output published takes that for another's.</summary>
internal sealed class PublishOnlyOnce : Surroundings
{
    public override bool PublishesAgain => false;
}

/// <summary>What a cancelled or failed job has staged is left.</summary>
internal sealed class NothingDiscarded : Surroundings
{
    public override bool Discards => false;
}

/// <summary>A job decides to commit and does not look at its parts before.</summary>
internal sealed class PartsUnchecked : Surroundings
{
    public override bool ChecksParts => false;
}
