using MapReduce.FuzzJobs.Stores;
using MapReduce.Storage;

namespace MapReduce.Fuzz.Runs;

/// <summary>Commits what attempts have prepared in the store that is a folder.</summary>
internal sealed class FolderParticipant(string folder) : ICommitParticipant
{
    public string Name => FolderStore.Participant;

    public bool HasCommitted(JobCommit job) => Directory.EnumerateFiles(folder, "*" + FolderStore.Committed).Any();

    public void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets)
    {
        foreach (var ticket in tickets)
        {
            var path = Path.Combine(folder, ticket.Text);
            if (!File.Exists(path + FolderStore.Committed)) File.Move(path + FolderStore.Prepared, path + FolderStore.Committed);
        }
        Abort(job);
    }

    public void Abort(JobCommit job)
    {
        foreach (var prepared in Prepared()) File.Delete(prepared);
    }

    public void Recover(JobCommit job, Func<string, bool> isOut)
    {
        foreach (var prepared in Prepared())
            if (isOut(Path.GetFileName(prepared).Split('.')[1])) File.Delete(prepared);
    }

    private string[] Prepared() => Directory.GetFiles(folder, "*" + FolderStore.Prepared);
}
