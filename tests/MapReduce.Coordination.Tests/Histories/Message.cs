using MapReduce.Protocol;

namespace MapReduce.Coordination.Tests.Histories;

/// <summary>A message under way between the master and a worker.</summary>
internal abstract record Message
{
    private Message()
    {
    }

    /// <summary>A worker, the publisher or a user tells the master something.</summary>
    public sealed record ToMaster(JobCommand Command) : Message;

    /// <summary>The master grants a lease, or confirms it in a new reign.</summary>
    public sealed record Granted(Lease Lease) : Message;

    /// <summary>The master calls an attempt off.</summary>
    public sealed record Revoked(AttemptId Attempt, WorkerId Worker) : Message;
}
