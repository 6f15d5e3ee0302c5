using Google.Protobuf;
using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>What a job can do.</summary>
/// <typeparam name="TSlot">How a slot is answered.</typeparam>
public interface IJobSurroundings<TSlot>
{
    /// <summary>Writes events to the journal, in order; <see cref="JobProtocol{TSlot}.OnWritten"/> follows. Where it cannot, the job's process ends.</summary>
    void Persist(IReadOnlyList<JobEvent> events);

    /// <summary>Sends to a slot; the message may be lost.</summary>
    void Send(TSlot slot, IMessage message);

    /// <summary>The job has nothing for the slot.</summary>
    void Declined(Offer<TSlot> offer);

    /// <summary>The job gives the slot an attempt.</summary>
    void Granted(Offer<TSlot> offer, AttemptId attempt);

    /// <summary>The journal knows a higher epoch, so this master has been replaced: the job's process, and the master, must end.</summary>
    void Overtaken();

    /// <summary>What the job wants now.</summary>
    void Wants(Demand demand);

    /// <summary>An attempt on a node has ended: why it failed, null where it did not.</summary>
    void Outcome(WorkerId worker, FailureReason? failure);

    /// <summary>A node is lost, with attempts and outputs of the job.</summary>
    void NodeLost(WorkerId worker, int attempts, int outputs);

    /// <summary>
    /// Checks, publishes or discards the output, in the background; <see cref="JobProtocol{TSlot}.OnCarriedOut"/> follows, or <see cref="JobProtocol{TSlot}.OnChecked"/>
    /// where the parts could be checked.
    /// </summary>
    void CarryOut(CommitDuty duty);

    /// <summary>Removes files that stages have made for later ones, and that nobody needs any more, in the background. What cannot be removed goes when the job ends.</summary>
    void Free(IReadOnlyList<string> datasets);

    /// <summary>Calls <see cref="JobProtocol{TSlot}.CarryOut"/> after a while.</summary>
    void RetryLater();

    /// <summary>Events are written, and what follows from them is done.</summary>
    void AfterWrite();

    /// <summary>The job has ended, and nothing is left to be done for it.</summary>
    void Over();
}

/// <summary>How the carrying out of a decision about the output ended.</summary>
public enum CarryingOut
{
    /// <summary>Well.</summary>
    Done,

    /// <summary>Not, and trying again cannot mend it.</summary>
    Refused,

    /// <summary>Not this time.</summary>
    Failed,
}
