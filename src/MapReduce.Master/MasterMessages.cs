using Akka.Actor;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;

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
public sealed record Membership(IReadOnlyDictionary<WorkerId, NodeMember> Nodes)
{
    /// <summary>What a master knows that has not been told yet.</summary>
    public static Membership Unknown { get; } = new(new Dictionary<WorkerId, NodeMember>());

    /// <summary>Whether a node is a member, or may be one for all that is known.</summary>
    public bool MayInclude(WorkerId worker) => ReferenceEquals(this, Unknown) || Nodes.ContainsKey(worker);
}

/// <summary>What the job master and its jobs say to each other; never beyond one process.</summary>
internal static class MasterMessages
{
    /// <summary>The job has nothing for the slot.</summary>
    public sealed record Declined(JobId Job, Offer<IActorRef> Offer);

    /// <summary>The job has given the slot an attempt.</summary>
    public sealed record Granted(JobId Job, Offer<IActorRef> Offer, AttemptId Attempt);

    /// <summary>What the job wants now.</summary>
    public sealed record Wants(Demand Demand);

    /// <summary>How an attempt ended on a node; null for well.</summary>
    public sealed record Outcome(WorkerId Worker, FailureReason? Failure);

    /// <summary>The slot has not heard of what it was granted.</summary>
    public sealed record Again(Offer<IActorRef> Offer, AttemptId Attempt);

    /// <summary>The slot asks anew, so it does not run what it was granted.</summary>
    public sealed record Abandoned(AttemptId Attempt);

    /// <summary>How far the job is.</summary>
    public sealed record Progressed(JobId Job, JobProgress Progress);

    /// <summary>The job has come to another phase, and has not ended.</summary>
    public sealed record PhaseChanged(JobId Job, string Phase);

    /// <summary>A newer version of the program has written the job's journal.</summary>
    public sealed record Unreadable(JobId Job, string Reason);

    /// <summary>The job is over.</summary>
    public sealed record Over(JobId Job, JobEnd End);

    /// <summary>How a job ended.</summary>
    /// <param name="Phase">succeeded, failed or cancelled.</param>
    /// <param name="Tasks">The number of its tasks.</param>
    /// <param name="Failed">Why it failed; null where it did not.</param>
    /// <param name="Progress">How far it came.</param>
    /// <param name="JournalBytes">About what its events take in the journal.</param>
    public sealed record JobEnd(string Phase, int Tasks, JobPhase.Failed? Failed, JobProgress Progress, long JournalBytes);

    /// <summary>The job is forgotten: its process ends as soon as it writes nothing more.</summary>
    public sealed record Forget;

    /// <summary>Whether a node may go.</summary>
    public sealed record StillNeeds(WorkerId Worker);

    /// <summary>The answer to <see cref="StillNeeds"/>.</summary>
    public sealed record Needs(bool Value);

    /// <summary>Staging for a job is made, or refused.</summary>
    public sealed record Staged(JobSpec Spec, IActorRef Asker, Refused? Refused);

    /// <summary>The staging folder of a job that was never accepted is removed, or could not be.</summary>
    public sealed record Unstaged(string Job, Exception? Error);
}
