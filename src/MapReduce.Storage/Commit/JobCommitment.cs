namespace MapReduce.Storage;

/// <summary>Carries out one decision at all participants of a job: the stores first, then the files, whose one rename shows that all is there.</summary>
/// <param name="job">The id of the job.</param>
/// <param name="stores">The participants that there are, beside the files.</param>
/// <param name="targets">The participants and connections that the job has declared.</param>
public sealed class JobCommitment(string job, IReadOnlyList<ICommitParticipant> stores, IReadOnlyList<StoreTarget> targets)
{
    /// <summary>Whether the job writes to anything but files.</summary>
    public bool HasStores => targets.Count > 0;

    /// <summary>Whether anything of the job is committed at a store: then there is no way back, whatever else is found.</summary>
    /// <exception cref="StorageException">Not now.</exception>
    public bool HasCommitted => Shares().Any(share => share.Participant.HasCommitted(share.Commit));

    /// <summary>What keeps the files from appearing when rows are committed: they follow as soon as they can.</summary>
    /// <param name="obstacle">What is in their way.</param>
    public StorageException Waiting(StorageException obstacle) => new(StorageError.Other, $"The rows of job {job} are committed, and its files cannot appear yet: {obstacle.Message}", obstacle);

    /// <summary>Makes everything visible that the tickets name. Called only when the decision is journalled; may be repeated.</summary>
    /// <exception cref="StorageException">Not now; or never, and then nothing is visible. See <see cref="ICommitParticipant.Commit"/>.</exception>
    /// <param name="tickets">Those of the attempts that count.</param>
    /// <param name="files">The files.</param>
    /// <param name="decide">Called when all is arranged and nothing visible: whoever has no journal notes the decision there.</param>
    public void Commit(IReadOnlyList<CommitTicket> tickets, FilesParticipant files, Action? decide = null)
    {
        var parts = tickets.Where(ticket => ticket.Participant == files.Name).ToList();
        // An earlier try may have got as far as that, and then nothing that is found now takes it back.
        var isCommitted = HasCommitted;
        // What could keep the files from appearing is found before a row does.
        if (!isCommitted) files.Arrange(parts);
        if (HasStores) decide?.Invoke();
        CommitStores(tickets);
        try
        {
            if (isCommitted) files.Arrange(parts);
            files.Show();
        }
        catch (StorageException exception) when (HasStores && exception.Error is StorageError.OutputExists or StorageError.InvalidPath or StorageError.Damaged)
        {
            throw Waiting(exception);
        }
    }

    /// <summary>Commits at the stores only.</summary>
    internal void CommitStores(IReadOnlyList<CommitTicket> tickets)
    {
        foreach (var (participant, commit) in Shares()) participant.Commit(commit, [.. tickets.Where(ticket => ticket.Participant == participant.Name)]);
    }

    /// <summary>Gives up all that the stores have prepared of the job.</summary>
    /// <exception cref="StorageException">Not now.</exception>
    public void Abort()
    {
        foreach (var (participant, commit) in Shares()) participant.Abort(commit);
    }

    /// <summary>Gives up what attempts have prepared that cannot count any more.</summary>
    /// <param name="isOut">Whether an attempt cannot count any more, by its name.</param>
    /// <exception cref="StorageException">Not now.</exception>
    public void Recover(Func<string, bool> isOut)
    {
        foreach (var (participant, commit) in Shares()) participant.Recover(commit, isOut);
    }

    private IEnumerable<Share> Shares()
        => targets.GroupBy(target => target.Participant, target => target.Connection).Select(group => new Share(
            stores.FirstOrDefault(store => store.Name == group.Key) ?? throw new StorageException(StorageError.Other, $"The job writes to a store of the kind '{group.Key}', which this program does not know. Use the program that began the job."),
            new JobCommit(job, [.. group.Distinct()])));

    private sealed record Share(ICommitParticipant Participant, JobCommit Commit);
}
