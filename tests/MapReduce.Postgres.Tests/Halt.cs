using MapReduce.Storage;

namespace MapReduce.Postgres.Tests;

/// <summary>Lets a job master stand still at a point of the commit, so that the test can end it there.</summary>
internal sealed class Halt
{
    private readonly object gate = new();
    private string? point;
    private int left;
    private TaskCompletionSource<string> hit = new();
    private ManualResetEventSlim release = new();

    /// <summary>Done whenever a share is committed, amid the commit, which goes on; null for nothing.</summary>
    public Action<string>? Committed { get; set; }

    /// <summary>Arms a point.</summary>
    /// <returns>Ends with the name of the node that stands there.</returns>
    public Task<string> Arm(string at, int after)
    {
        lock (gate)
        {
            (point, left, hit, release) = (at, after, new(TaskCreationOptions.RunContinuationsAsynchronously), new());
            return hit.Task;
        }
    }

    /// <summary>What stands still ends, with an error.</summary>
    public void Release() => release.Set();

    public void Pass(string node, string at)
    {
        lock (gate)
        {
            if (at != point || --left > 0) return;
            point = null;
        }
        hit.SetResult(node);
        release.Wait();
        throw new StorageException(StorageError.Other, "The test has ended this master.");
    }
}

/// <summary>PostgreSQL, with points to halt at.</summary>
internal sealed class HaltingParticipant(Connections connections, string node, Halt halt) : ICommitParticipant
{
    private readonly PostgresParticipant inner = new(connections, share =>
    {
        halt.Committed?.Invoke(share);
        halt.Pass(node, "committing");
    });

    public string Name => inner.Name;

    public bool HasCommitted(JobCommit job) => inner.HasCommitted(job);

    public void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets)
    {
        halt.Pass(node, "decided");
        inner.Commit(job, tickets);
        halt.Pass(node, "committed");
    }

    public void Abort(JobCommit job) => inner.Abort(job);

    public void Recover(JobCommit job, Func<string, bool> isOut)
    {
        halt.Pass(node, "recovering");
        inner.Recover(job, isOut);
    }
}
