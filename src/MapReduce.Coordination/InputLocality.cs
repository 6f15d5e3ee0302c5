using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>Where a job's next tasks had better run: on the node that holds most of their inputs, or, where that is little, in slots that have loaded the job's code.</summary>
/// <remarks>
/// An executor of another slot takes longer to load the code, not to speak of starting, than one that has it takes for some tasks that read next to nothing; and the next job finds it waiting. Inputs of map tasks are on shared storage, which is equally near to all. Those of reduce tasks are map outputs; where all nodes have made some, as in any large job, no node is better than
/// another. What is left are stages whose outputs one node has made for the most part, and of these it matters only where a reducer's share takes longer to fetch than to find another slot.
/// </remarks>
internal sealed class InputLocality
{
    /// <summary>The least bytes of a reduce task's inputs on one node that make it worth to prefer the node: about 150 ms over 1 Gbit/s.</summary>
    public const long LeastBytes = 16 << 20;

    /// <summary>The most bytes of all inputs of a stage's reduce tasks that are little.</summary>
    public const long MostBytesOfSmall = 1 << 20;

    private (int Stage, WorkerId? Near, bool IsSmall)? known;

    /// <summary>The node to prefer for the tasks that are next, null where none is better than another; and whether they read little.</summary>
    public (WorkerId? Near, bool IsSmall) Of(JobState job)
    {
        if (NextReduces(job) is not { } stage)
        {
            known = null;
            return default;
        }
        if (known is not { } last || last.Stage != stage) known = last = (stage, Holder(job, stage), IsSmall(job, stage));
        return (last.Near, last.IsSmall);
    }

    /// <summary>The stage whose reduce tasks are next; null where other tasks come first.</summary>
    private static int? NextReduces(JobState job)
    {
        for (var stage = 0; stage < job.StageCount; stage++)
        {
            var state = job.Stages[stage];
            if (state.IsComplete) continue;
            if (!state.MapsAreDone) return null;
            if (state.PendingReduces.Count > 0) return stage;
        }
        return null;
    }

    private static WorkerId? Holder(JobState job, int stage)
    {
        var state = job.Stages[stage];
        var outputs = new Dictionary<WorkerId, int>();
        for (var map = 0; map < state.MapCount; map++)
            if (job.WinnerWorker(new TaskId(stage, TaskKind.Map, map)) is { } worker) outputs[worker] = outputs.GetValueOrDefault(worker) + 1;
        if (outputs.Count == 0) return null;
        var (most, count) = outputs.MaxBy(node => node.Value);
        if (count * 2 <= state.MapCount) return null;
        var bytes = 0L;
        for (var map = 0; map < state.MapCount; map++)
        {
            var task = new TaskId(stage, TaskKind.Map, map);
            if (job.WinnerWorker(task) == most) bytes += job.Made(task)?.Totals?.ShuffleBytes ?? 0;
        }
        return bytes / state.ReduceCount >= LeastBytes ? most : null;
    }

    /// <summary>Not where nobody knows how much it is.</summary>
    private static bool IsSmall(JobState job, int stage)
    {
        var bytes = 0L;
        for (var map = 0; map < job.Stages[stage].MapCount && bytes <= MostBytesOfSmall; map++)
            bytes += job.Made(new TaskId(stage, TaskKind.Map, map))?.Totals?.ShuffleBytes ?? MostBytesOfSmall + 1;
        return bytes <= MostBytesOfSmall;
    }
}
