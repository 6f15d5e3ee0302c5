namespace MapReduce.Protocol;

/// <summary>How large messages may be.</summary>
public static class MessageLimits
{
    /// <summary>The most bytes of a message between nodes. What is larger goes over HTTP.</summary>
    public const int MostBytes = 64 << 10;

    /// <summary>
    /// The most bytes of a plan, which an executor gives to its node and nodes give to each other. A map task takes some 15 bytes of it, and each input file its path and some 20: a stage of
    /// a million map tasks, the most that there may be, has room for a file of 230 bytes of path for each.
    /// </summary>
    public const int MostBytesOfPlan = 256 << 20;
}
