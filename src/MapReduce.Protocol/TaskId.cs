namespace MapReduce.Protocol;

/// <summary>What a task does. The numbers are in journals: they never change.</summary>
public enum TaskKind : byte
{
    /// <summary>Yields the plan of a stage: its splits and partitions.</summary>
    Plan = 0,

    /// <summary>Maps one split.</summary>
    Map = 1,

    /// <summary>Reduces one partition of one channel.</summary>
    Reduce = 2,
}

/// <summary>Names a task within its job.</summary>
/// <param name="Stage">The stage, from 0.</param>
/// <param name="Kind">What the task does.</param>
/// <param name="Index">The number among the stage's tasks of the kind, from 0.</param>
public readonly record struct TaskId(int Stage, TaskKind Kind, int Index)
{
    /// <summary>For example <c>s0-m00012</c>: the stage, the first letter of the kind, the index.</summary>
    public override string ToString() => $"s{Stage}-{char.ToLowerInvariant(Kind.ToString()[0])}{Index:D5}";
}

/// <summary>Names an attempt at a task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Number">The number of the attempt, from 0.</param>
public readonly record struct AttemptId(TaskId Task, int Number)
{
    /// <summary>For example <c>s0-m00012-a1</c>.</summary>
    public override string ToString() => $"{Task}-a{Number}";
}
