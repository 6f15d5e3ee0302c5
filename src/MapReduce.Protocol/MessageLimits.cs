namespace MapReduce.Protocol;

/// <summary>How large messages between nodes may be.</summary>
public static class MessageLimits
{
    /// <summary>The most bytes of a message. What is larger goes over HTTP.</summary>
    public const int MostBytes = 64 << 10;
}
