namespace MapReduce.Tests;

/// <summary>How long a test waits for what has to happen before it says that it does not. A source file of each test project.</summary>
internal static class Patience
{
    /// <summary>Far longer than the busiest machine takes: what load can turn red shows nothing.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>The same for a test kit of Akka.NET, whose own three seconds are short beside load.</summary>
    public const string ForProbes = "akka.test { single-expect-default = 180s, default-timeout = 180s, startup-timeout = 180s }";

    /// <summary>The same in milliseconds, for those who count them.</summary>
    public static readonly float Milliseconds = (float)Limit.TotalMilliseconds;
}
