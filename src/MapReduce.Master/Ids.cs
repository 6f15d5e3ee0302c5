using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Master;

/// <summary>Ids as messages.</summary>
internal static class Ids
{
    public static Attempt Write(AttemptId attempt) => new() { Stage = attempt.Task.Stage, Kind = (int)attempt.Task.Kind, Index = attempt.Task.Index, Number = attempt.Number };

    public static AttemptId Read(Attempt attempt) => new(new TaskId(attempt.Stage, (TaskKind)attempt.Kind, attempt.Index), attempt.Number);

    public static WorkerId Worker(Slot slot) => new(slot.Node, slot.Incarnation);

    public static Holder Holder(NodeMember node) => new()
    {
        Node = node.Worker.Node,
        Incarnation = node.Worker.Incarnation,
        Address = node.Description.Http,
        Machine = node.Description.Machine,
        Folder = node.Description.Folder,
    };
}
