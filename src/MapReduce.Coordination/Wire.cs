using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

/// <summary>Ids as they travel.</summary>
public static class Wire
{
    /// <summary>An attempt as it travels.</summary>
    public static Attempt Write(AttemptId attempt) => new() { Stage = attempt.Task.Stage, Kind = (int)attempt.Task.Kind, Index = attempt.Task.Index, Number = attempt.Number };

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    public static AttemptId Read(Attempt attempt) => new(new TaskId(attempt.Stage, (TaskKind)attempt.Kind, attempt.Index), attempt.Number);

    /// <summary>The node on which a slot lives.</summary>
    public static WorkerId Worker(Slot slot) => new(slot.Node, slot.Incarnation);

    /// <summary>The epoch of a master's answer to a question of an attempt; null where it carries none. An answer of a master that has been replaced may lack what has happened since.</summary>
    public static long? EpochOf(object answer) => answer switch
    {
        Outputs outputs => outputs.Epoch,
        Datasets datasets => datasets.Epoch,
        _ => null,
    };
}
