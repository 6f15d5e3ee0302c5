using Akka.Actor;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;

namespace MapReduce.Master;

/// <summary>A member of the cluster, as the job master sees it.</summary>
/// <param name="Worker">The node and its life.</param>
/// <param name="Description">What it says of itself.</param>
/// <param name="Address">Its address.</param>
/// <param name="State">Its state in words: up, unreachable, leaving, joining.</param>
/// <param name="IsWorker">Whether slots may be there now.</param>
public sealed record NodeMember(WorkerId Worker, NodeDescription Description, Address Address, string State, bool IsWorker);

/// <summary>Who is in the cluster now.</summary>
/// <param name="Nodes">The members that are not removed, by node and life.</param>
public sealed record Membership(IReadOnlyDictionary<WorkerId, NodeMember> Nodes);

/// <summary>What the job master and its jobs say to each other; never beyond one process.</summary>
internal static class MasterMessages
{
    /// <summary>A free slot.</summary>
    public sealed record Offer(IActorRef Worker, Slot Slot, long Request);

    /// <summary>The job has nothing for the slot.</summary>
    public sealed record Declined(JobId Job, Offer Offer);

    /// <summary>The job has given the slot an attempt.</summary>
    public sealed record Granted(JobId Job, Offer Offer, AttemptId Attempt);

    /// <summary>What the job wants now.</summary>
    public sealed record Wants(Demand Demand);

    /// <summary>How an attempt ended on a node; null for well.</summary>
    public sealed record Outcome(WorkerId Worker, Slot? Slot, FailureReason? Failure);

    /// <summary>The slot has not heard of what it was granted.</summary>
    public sealed record Again(Offer Offer, AttemptId Attempt);

    /// <summary>The slot asks anew, so it does not run what it was granted.</summary>
    public sealed record Abandoned(AttemptId Attempt);

    /// <summary>The job is over.</summary>
    public sealed record Over(JobId Job, string Phase, int Tasks, DateTimeOffset At);

    /// <summary>Remove everything that is known of the job.</summary>
    public sealed record Forget;

    /// <summary>Everything is removed.</summary>
    public sealed record Forgotten(JobId Job);

    /// <summary>Whether a node may go.</summary>
    public sealed record StillNeeds(WorkerId Worker);

    /// <summary>The answer to <see cref="StillNeeds"/>.</summary>
    public sealed record Needs(bool Value);

    /// <summary>Staging for a job is made, or refused.</summary>
    public sealed record Staged(JobSpec Spec, IActorRef Asker, Refused? Refused);
}
