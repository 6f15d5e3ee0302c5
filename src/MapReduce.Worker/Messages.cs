using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker;

/// <summary>Ids as messages.</summary>
internal static class Messages
{
    public static Attempt Write(AttemptId attempt) => new() { Stage = attempt.Task.Stage, Kind = (int)attempt.Task.Kind, Index = attempt.Task.Index, Number = attempt.Number };

    public static AttemptId Read(Attempt attempt) => new(new TaskId(attempt.Stage, (TaskKind)attempt.Kind, attempt.Index), attempt.Number);
}
