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

    /// <summary>Reads what <see cref="ToString"/> writes; null where the text names no attempt.</summary>
    public static AttemptId? TryParse(string text)
    {
        var parts = text.Split('-');
        if (parts.Length != 3 || parts.Any(part => part.Length < 2) || parts[0][0] != 's' || parts[2][0] != 'a') return null;
        TaskKind? kind = parts[1][0] switch { 'p' => TaskKind.Plan, 'm' => TaskKind.Map, 'r' => TaskKind.Reduce, _ => null };
        return kind is { } known && Number(parts[0], out var stage) && Number(parts[1], out var index) && Number(parts[2], out var number)
            ? new AttemptId(new TaskId(stage, known, index), number)
            : null;

        static bool Number(string part, out int number) => int.TryParse(part.AsSpan(1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
    }
}
