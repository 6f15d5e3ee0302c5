namespace MapReduce.Storage;

//   attempt      writes ─▶ Prepare ─▶ reports its tickets
//   coordinator              journals the tickets of the attempt that counts … journals the decision, which is the commit point
//   participant                                                                   Commit ─▶ exactly those tickets, as often as it takes
//                                     Recover ─▶ gives up what attempts that cannot count any more have prepared
//                                                                    no decision: Abort ─▶ gives up all that the job has prepared

/// <summary>A party to the one commit of a job: the files of the output, or a store outside of it. See the picture at the top of this file.</summary>
/// <remarks>
/// <para>
/// Two-phase commit, presumed abort. Phase one, <em>Prepare</em>, is done where the data is: an attempt makes its share durable but invisible and gets a
/// <see cref="CommitTicket"/>, which is journalled with the attempt's other products. For files that is a closed private file; for a store it is
/// <c>RowSinkWriter.Prepare</c> of the SDK. The coordinator's log is the job's journal. The methods here are phase two.
/// </para>
/// <para>
/// Each may be called again, by the same coordinator or the next, also while an earlier call of a deposed one has not returned: what is done already counts
/// as done. Whatever is prepared without a ticket that counts is to be given up; after <see cref="Commit"/> or <see cref="Abort"/> nothing of the job can
/// be prepared any more, not even by an attempt that does not know that it has lost.
/// </para>
/// </remarks>
public interface ICommitParticipant
{
    /// <summary>The name that tickets carry.</summary>
    string Name { get; }

    /// <summary>Whether anything of the job is committed here: then there is no way back, whatever else is found.</summary>
    /// <param name="job">The job, and where it writes.</param>
    /// <exception cref="StorageException">Not now.</exception>
    bool HasCommitted(JobCommit job);

    /// <summary>Makes what the tickets name visible, and gives up all else that the job has prepared. Called only when the decision is journalled.</summary>
    /// <param name="job">The job, and where it writes.</param>
    /// <param name="tickets">The tickets of this participant of all attempts that count.</param>
    /// <exception cref="StorageException">
    /// Not now; or never. With <see cref="StorageError.OutputExists"/> or <see cref="StorageError.InvalidPath"/> nothing was made visible. With <see cref="StorageError.Lost"/> something that a ticket names
    /// is gone although it was prepared, which no coordinator does after the decision: somebody else has removed it. A participant looks for that before it makes anything visible, and nothing is visible where it finds it then.
    /// What is removed while it commits is found too late: what was made visible before stays so, nothing takes it back, and the message says how much that is.
    /// </exception>
    void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets);

    /// <summary>Gives up all that the job has prepared.</summary>
    /// <exception cref="StorageException">Not now.</exception>
    void Abort(JobCommit job);

    /// <summary>While the job runs, and first when a coordinator takes over: gives up what attempts have prepared that cannot count any more.</summary>
    /// <param name="job">The job, and where it writes.</param>
    /// <param name="isOut">Whether an attempt cannot count any more, by its name. An attempt that is out stays out.</param>
    /// <exception cref="StorageException">Not now.</exception>
    void Recover(JobCommit job, Func<string, bool> isOut);
}

/// <summary>A job that commits.</summary>
/// <param name="Job">Its id.</param>
/// <param name="Connections">The names of the connections of this participant that it writes to.</param>
public sealed record JobCommit(string Job, IReadOnlyList<string> Connections);

/// <summary>Names what one attempt has prepared.</summary>
/// <param name="Participant">The name of the participant that prepared it.</param>
/// <param name="Connection">The name of the connection; for files the output folder.</param>
/// <param name="Text">What the participant needs to find it again. No secret.</param>
public sealed record CommitTicket(string Participant, string Connection, string Text);
