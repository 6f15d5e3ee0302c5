namespace MapReduce.Coordination;

/// <summary>The highest epoch that the node has seen. Whatever carries a lower one comes from a master that has been replaced.</summary>
public sealed class EpochGate
{
    private long highest;

    /// <summary>The highest epoch seen.</summary>
    public long Highest => Interlocked.Read(ref highest);

    /// <summary>Whether a message of this epoch may be heeded; from then on none of a lower epoch is.</summary>
    public bool Admit(long epoch)
    {
        while (true)
        {
            var seen = Interlocked.Read(ref highest);
            if (epoch < seen) return false;
            if (epoch == seen || Interlocked.CompareExchange(ref highest, epoch, seen) == seen) return true;
        }
    }
}
