namespace MapReduce.Coordination;

/// <summary>The time for leases, terms and events: the system's clock as it was at the beginning, and from there on as much as has passed.</summary>
/// <remarks>
/// An operator, or a time server, may set the system's clock by hours in either direction. By that clock all leases would run out at once, or never. No node compares
/// its clock with another's: a lease is counted by the master that granted it, and a new master gives all leases a new term.
/// </remarks>
/// <param name="system">The system's clock, and its counter, which nobody sets.</param>
public sealed class SteadyClock(TimeProvider system)
{
    private readonly DateTimeOffset began = system.GetUtcNow();
    private readonly long mark = system.GetTimestamp();

    /// <summary>The time.</summary>
    public DateTimeOffset Now => began + system.GetElapsedTime(mark);
}
