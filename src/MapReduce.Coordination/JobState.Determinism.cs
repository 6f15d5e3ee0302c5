using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

public sealed partial class JobState
{
    /// <summary>What is wrong with a map output that replaces one that was lost, where reducers may have read that one; null where nothing is.</summary>
    /// <remarks>
    /// The whole outputs are compared, not the partitions that were read: a pair that has moved from one partition to another would count twice, or not at all,
    /// although each partition was read once. Where no reducer has begun, nothing is mixed, and whatever the task makes now is as good as what it made before.
    /// </remarks>
    private string? Contradiction(JobCommand.Complete complete)
    {
        var task = complete.Attempt.Task;
        var stage = stages[task.Stage];
        if (task.Kind != TaskKind.Map || complete.Made is not { HasFingerprint: true } made || !stage.LostOutputs.TryGetValue(task.Index, out var lost) || lost.Made is null) return null;
        if (Products.Parser.ParseFrom(lost.Made) is not { HasFingerprint: true } before || before.Fingerprint == made.Fingerprint || !HasReader(task.Stage)) return null;
        return $"The map function is not deterministic: {complete.Attempt} made another output of the same split than {new AttemptId(task, lost.Attempt)}, which was lost after reducers had begun to read it, and the job's output would mix the two. "
            + "A map function may depend on its records, the job's arguments and nothing else: not on time, chance, the order of a hash table or the answers of other services. Mend it, or accept the mixture with --non-determinism warn.";
    }

    /// <summary>Whether a reduce task of a stage has ended, one that has to run again included, or runs. While a map output is missing none begins, so each has begun with the output that is lost.</summary>
    private bool HasReader(int stage)
        => stages[stage].ReducesDone > 0 || running.Any(task => task.Stage == stage && task.Kind == TaskKind.Reduce) || remade.Exists(task => task.Stage == stage && task.Kind == TaskKind.Reduce);
}
