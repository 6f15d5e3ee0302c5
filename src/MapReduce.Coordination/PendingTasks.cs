namespace MapReduce.Coordination;

/// <summary>The tasks of one kind that wait for a slot: those that come back first, lowest number first, then those never started, in order.</summary>
/// <remarks>A cursor stands for all tasks never started, so that a job of a million tasks costs no queue of a million entries.</remarks>
internal sealed class PendingTasks
{
    private readonly SortedSet<int> returned = [];
    private int next;
    private int count;

    /// <summary>Begins with the tasks from 0 to <paramref name="tasks"/> - 1.</summary>
    public void Open(int tasks) => count = tasks;

    public int Count => returned.Count + count - next;

    /// <summary>The task to start next; null where none waits.</summary>
    public int? Peek => returned.Count > 0 ? returned.Min : next < count ? next : null;

    public bool Contains(int task) => returned.Contains(task) || (task >= next && task < count);

    /// <summary>Takes a task out of its turn or in it.</summary>
    public void Remove(int task)
    {
        if (returned.Remove(task)) return;
        if (task < next || task >= count) throw new InvalidOperationException($"Task {task} is not waiting.");
        for (; next < task; next++) returned.Add(next);
        next++;
    }

    public void Return(int task) => returned.Add(task);
}
