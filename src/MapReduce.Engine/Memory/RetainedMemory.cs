namespace MapReduce.Engine.Memory;

/// <summary>The budget of map output that one process keeps in memory. Tasks of all slots share it.</summary>
public sealed class RetainedMemory(long limit)
{
    private long used;

    /// <summary>Takes <paramref name="bytes"/> of the budget if they are there.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref used, bytes) <= limit) return true;
        Interlocked.Add(ref used, -bytes);
        return false;
    }

    /// <summary>Gives back what was reserved.</summary>
    public void Release(long bytes) => Interlocked.Add(ref used, -bytes);
}
