using MapReduce.Protocol;

namespace MapReduce.Coordination;

public sealed partial class JobState
{
    /// <summary>What is wrong with a plan; null where nothing is. The tasks of a stage take memory of the master before one of them runs.</summary>
    private string? Flaw(JobCommand.CompletePlan plan)
    {
        var stage = $"Stage {plan.Attempt.Task.Stage + 1} of the job";
        if (plan.Maps is < 0 or > JobRules.MostMaps) return $"{stage} was planned with {plan.Maps} map tasks, and may have 0 to {JobRules.MostMaps}. Give each more to read, with --split.";
        if (plan.Reduces is < 0 or > JobRules.MostReduces) return $"{stage} was planned with {plan.Reduces} reduce tasks, and may have 0 to {JobRules.MostReduces}, all its channels together. Ask for fewer partitions.";
        if (IsDefined) return null;
        if (plan.Definition is not { } definition) return "The first plan of the job came without the job's definition.";
        return Soundness.Flaw(definition) is { } flaw ? $"The definition of the job makes no sense: {flaw}." : null;
    }

    /// <summary>What is wrong with the counts of an attempt; null where nothing is. What a counter has counted may be negative.</summary>
    private string? Flaw(JobCommand.Complete complete)
    {
        if (complete.SkippedRecords < 0) return $"{complete.Attempt} says that it has passed over {complete.SkippedRecords} bad records.";
        if (Definition is { } definition && complete.Counters.Count > definition.Counters.Count)
            return $"{complete.Attempt} tells of {complete.Counters.Count} counters, and the job has declared {definition.Counters.Count}.";
        return null;
    }

    /// <summary>An attempt ended well by its own account, and fails all the same.</summary>
    private List<JobEvent> Refuse(AttemptId attempt, FailureReason reason, string message, DateTimeOffset now)
    {
        var events = new List<JobEvent>();
        AddFailure(attempt, new Failure(reason, message), now, events);
        return events;
    }
}
