namespace MapReduce.Engine.Fold;

/// <summary>Says when the bytes that states hold have to be counted, and whether they are too many.</summary>
/// <remarks>
/// Counting asks the aggregator for the size of each state, which is too much for every value. But states cannot have grown by more than their thread has
/// allocated: as long as that fits into what the last count left free, there is nothing to count. The bound is exceeded by what a few values allocate at most.
/// </remarks>
internal sealed class StateBudget
{
    /// <summary>How many values may be folded between two looks at what was allocated, which cost a few nanoseconds.</summary>
    public const int Interval = 8;

    private const long Smallest = 64 << 10;

    private readonly long limit;
    private long allocatedThen;
    private long besideThen;
    private long room;

    /// <param name="limit">The bytes that states may hold, with what is beside them.</param>
    public StateBudget(long limit)
    {
        this.limit = Math.Max(limit, Smallest);
        IsExceededBy(0);
    }

    /// <summary>Whether the states may have outgrown the limit since they were counted.</summary>
    /// <param name="beside">The bytes beside the states that are known without counting.</param>
    public bool IsDue(long beside = 0) => GC.GetAllocatedBytesForCurrentThread() - allocatedThen + beside - besideThen > room;

    /// <summary>Takes note of what was counted.</summary>
    /// <returns>Whether it is more than the limit.</returns>
    public bool IsExceededBy(long held, long beside = 0)
    {
        allocatedThen = GC.GetAllocatedBytesForCurrentThread();
        besideThen = beside;
        // Near the limit counts come closer, but not so close that they take more time than folding does.
        room = Math.Max(limit - held - beside, limit / 8);
        return held + beside > limit;
    }
}
