namespace MapReduce.Sdk;

/// <summary>What user code may ask about the task attempt that runs it. Belongs to the thread of that attempt.</summary>
public abstract class TaskContext
{
    [ThreadStatic]
    private static TaskContext? current;

    /// <summary>The context of the attempt that runs on this thread.</summary>
    /// <exception cref="InvalidOperationException">This thread runs no task: it was started by user code, or it runs <see cref="IJob.Define"/>.</exception>
    public static TaskContext Current => current ?? throw new InvalidOperationException(
        "No task runs on this thread. Use counters, record positions and side files only inside map and reduce functions, on the thread that calls them.");

    /// <summary>The stage of the task, from 0.</summary>
    public abstract int Stage { get; }

    /// <summary>The number of the task within its stage and phase, from 0.</summary>
    public abstract int Task { get; }

    /// <summary>The number of the attempt at the task, from 0.</summary>
    public abstract int Attempt { get; }

    /// <summary>The path of the input file that holds the current record; empty where there is none.</summary>
    public abstract string FilePath { get; }

    /// <summary>The offset in bytes of the current record in its (decompressed) file; -1 where there is none.</summary>
    public abstract long Offset { get; }

    /// <summary>A folder for this attempt's own temporary files. It is deleted when the attempt ends.</summary>
    public abstract string ScratchFolder { get; }

    /// <summary>The name of <see cref="FilePath"/> without its folder.</summary>
    public virtual string FileName => Path.GetFileName(FilePath);

    internal abstract void AddToCounter(int index, long amount);

    /// <summary>Makes <paramref name="context"/> the context of this thread; null takes it away.</summary>
    internal static void Enter(TaskContext? context) => current = context;

    internal static TaskContext? CurrentOrNull => current;
}
