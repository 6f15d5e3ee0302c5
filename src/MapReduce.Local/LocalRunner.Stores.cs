using MapReduce.Storage;

namespace MapReduce.Local;

public sealed partial class LocalRunner
{
    private StagedStores Noted(IReadOnlyList<CommitTicket>? tickets)
        => new(output.Job, run.Stores, tickets, settings.Overwrite);

    /// <summary>Gives up what stores hold of a job that came to nothing.</summary>
    /// <returns>Whether nothing is left to be done, so that the staging folder may go. Else the next run to the same output does it.</returns>
    private bool GiveUp()
    {
        if (commitment is not { HasStores: true }) return true;
        if (decided) return isCommitted;
        try
        {
            commitment.Abort();
            return true;
        }
        catch (StorageException)
        {
            // The job has failed already, as a rule for the same reason; its note stays.
            return false;
        }
    }

    /// <summary>Lets stores give up what attempts have prepared that cannot count any more: the next attempts may wait for the rows.</summary>
    private void RecoverStores()
    {
        if (commitment is not { HasStores: true }) return;
        HashSet<string> isOut;
        lock (gate) isOut = state.AttemptsOut().Select(attempt => attempt.ToString()).ToHashSet(StringComparer.Ordinal);
        try
        {
            commitment.Recover(isOut.Contains);
        }
        catch (StorageException)
        {
            // The store is away: then the next attempt says so.
        }
    }
}
