using MapReduce.Protocol;
using MapReduce.Protocol.Execution;

namespace MapReduce.Coordination;

public sealed partial class JobState
{
    /// <summary>The attempts that can never count any more: they have failed, or were revoked or lost, or another counts. What they have prepared in stores is to be given up.</summary>
    public IEnumerable<AttemptId> AttemptsOut()
    {
        for (var stage = 0; stage < stages.Length; stage++)
        {
            var (maps, reduces) = (stages[stage].MapCount, stages[stage].ReduceCount);
            for (var index = 0; index < maps + reduces; index++)
            {
                var task = index < maps ? new TaskId(stage, TaskKind.Map, index) : new TaskId(stage, TaskKind.Reduce, index - maps);
                for (var number = 0; number < Cell(task).Started; number++)
                    if (Cell(task).Winner != number && !Running(new AttemptId(task, number)).IsSet) yield return new AttemptId(task, number);
            }
        }
    }

    /// <summary>Whether the attempt has prepared something in a store: that is given up when the attempt ceases to count, so the attempt cannot count again.</summary>
    private static bool HasTickets(LostOutput lost) => lost.Made is { } made && Products.Parser.ParseFrom(made).Tickets.Count > 0;
}
