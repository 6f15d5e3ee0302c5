using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

/// <summary>What a job may say of itself. Its own code runs where that is said, and can say whatever it likes: so it is looked at before anything follows from it.</summary>
public static class Soundness
{
    /// <summary>What is wrong with a definition; null where nothing is.</summary>
    public static string? Flaw(Opened definition)
    {
        if (definition.Stages.Count is 0 or > JobRules.MostStages) return $"it has {definition.Stages.Count} stages, and may have 1 to {JobRules.MostStages}";
        if (definition.Counters.Count > JobRules.MostCounters) return $"it declares {definition.Counters.Count} counters, and may declare {JobRules.MostCounters}";
        // The manifest gives each a number by its name.
        if (definition.Counters.Distinct(StringComparer.Ordinal).Count() < definition.Counters.Count) return "two of its counters have the same name";
        for (var stage = 0; stage < definition.Stages.Count; stage++)
        {
            foreach (var read in definition.Stages[stage].DependsOn)
                if (read < 0 || read >= stage) return $"stage {stage + 1} reads what stage {(long)read + 1} makes, which is none before it";
        }
        return null;
    }
}
