using MapReduce.Api;
using MapReduce.Protocol;

namespace MapReduce.Cli.Replay;

/// <summary>What the journal says of the attempt that is run again.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Failure">How it failed; null where it did not.</param>
/// <param name="Plans">The digests of the stages' plans, by stage.</param>
/// <param name="Maps">Of each map task, by name, the attempt that counts.</param>
internal sealed record ReplayedTask(AttemptId Attempt, JobEventDetails? Failure, IReadOnlyDictionary<int, string> Plans, IReadOnlyDictionary<string, string> Maps)
{
    /// <summary>Finds the attempt that is meant.</summary>
    /// <param name="job">The job's name, for messages.</param>
    /// <param name="wanted">A task or an attempt; null for the attempt that failed last.</param>
    /// <param name="events">The job's events.</param>
    /// <exception cref="UserException">There is none.</exception>
    public static ReplayedTask Find(string job, string? wanted, IReadOnlyList<JobEventDetails> events)
    {
        var failures = events.Where(@event => @event.Event == "AttemptFailed").ToList();
        if (wanted is null && failures.Count == 0) throw new UserException(ExitCode.Usage, $"No attempt of the job has failed. Name the task that is to run again: mr job replay {job} s0-m00000. See mr job tasks {job}.");
        wanted ??= failures[^1].Attempt!;
        var exact = AttemptId.TryParse(wanted);
        if (exact is null && AttemptId.TryParse($"{wanted}-a0") is null) throw new UserException(ExitCode.Usage, $"'{wanted}' names no task. Tasks are named like s0-m00012; see mr job tasks {job}.");
        bool IsMeant(JobEventDetails @event) => @event.Attempt is { } attempt && (exact is null ? attempt.StartsWith($"{wanted}-a", StringComparison.Ordinal) : attempt == wanted);
        var failure = failures.LastOrDefault(IsMeant);
        var attempt = failure?.Attempt ?? events.LastOrDefault(@event => @event.Event == "AttemptStarted" && IsMeant(@event))?.Attempt
            ?? throw new UserException(ExitCode.Usage, $"The job has never run '{wanted}'. See mr job tasks {job}.");
        var plans = events.Where(@event => @event is { Event: "StagePlanned", Plan: not null }).ToDictionary(@event => AttemptId.TryParse(@event.Attempt!)!.Value.Task.Stage, @event => @event.Plan!);
        return new ReplayedTask(AttemptId.TryParse(attempt)!.Value, failure, plans, Winners(events));
    }

    private static Dictionary<string, string> Winners(IReadOnlyList<JobEventDetails> events)
    {
        var winners = new Dictionary<string, string>();
        foreach (var @event in events.Where(@event => @event.Attempt is not null))
        {
            var task = @event.Attempt!.Split("-a")[0];
            if (@event.Event is "AttemptSucceeded" or "MapOutputFound") winners[task] = @event.Attempt;
            else if (@event.Event is "MapOutputLost" or "PartDamaged" or "DatasetDamaged") winners.Remove(task);
        }
        return winners;
    }
}
