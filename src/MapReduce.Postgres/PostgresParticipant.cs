using MapReduce.Sdk;
using MapReduce.Storage;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>PostgreSQL as a party to the commit of jobs: ends the transactions that attempts have prepared.</summary>
/// <param name="connections">The connections that are configured here.</param>
/// <param name="observer">Told of each share that is committed, by its name; null where nobody listens.</param>
public sealed class PostgresParticipant(Connections connections, Action<string>? observer = null) : ICommitParticipant
{
    /// <summary>The name that its tickets carry.</summary>
    public const string ParticipantName = "postgresql";

    private const int MostRounds = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string Name => ParticipantName;

    /// <inheritdoc/>
    public bool HasCommitted(JobCommit job) => job.Connections.Any(connection => With(connection, database =>
    {
        // A job without tasks has prepared nothing, and is the first to look.
        CommitTables.Ensure(database);
        return CommitTables.Committed(database, job.Job).Count > 0;
    }));

    /// <inheritdoc/>
    public void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets)
    {
        // Whatever might be missing is found out before anything is committed.
        var committed = new Dictionary<string, int>();
        var missing = new List<string>();
        foreach (var connection in job.Connections)
        {
            With(connection, database =>
            {
                committed[connection] = CommitTables.Committed(database, job.Job).Count;
                missing.AddRange(Missing(database, job.Job, Of(connection)));
            });
        }
        if (missing.Count > 0) throw Lost(job.Job, missing, committed.Values.Sum());
        foreach (var connection in job.Connections)
        {
            With(connection, database =>
            {
                var before = CommitTables.Committed(database, job.Job);
                foreach (var share in Of(connection).Where(share => !before.Contains(share)))
                {
                    if (!CommitTables.End(database, share, commit: true))
                    {
                        var there = CommitTables.Committed(database, job.Job);
                        committed[connection] = there.Count;
                        // Another coordinator may have ended it, which is as good.
                        if (!there.Contains(share)) throw Lost(job.Job, [share], committed.Values.Sum());
                    }
                    observer?.Invoke(share);
                }
                committed[connection] = CommitTables.Committed(database, job.Job).Count;
                Close(database, job.Job, committed: true);
            });
        }

        List<string> Of(string connection) => [.. tickets.Where(ticket => ticket.Connection == connection).Select(ticket => ticket.Text)];
    }

    /// <inheritdoc/>
    public void Abort(JobCommit job)
    {
        foreach (var connection in job.Connections) With(connection, database => Close(database, job.Job, committed: false));
    }

    /// <inheritdoc/>
    public void Recover(JobCommit job, Func<string, bool> isOut)
    {
        foreach (var connection in job.Connections)
        {
            With(connection, database =>
            {
                // First those that could still prepare.
                CommitTables.EndSessions(database, job.Job, isOut);
                foreach (var share in CommitTables.Prepared(database, job.Job).Where(share => isOut(CommitTables.AttemptOf(share)))) CommitTables.End(database, share, commit: false);
            });
        }
    }

    /// <summary>What is neither committed nor prepared.</summary>
    private static List<string> Missing(NpgsqlConnection database, string job, List<string> shares)
    {
        var committed = CommitTables.Committed(database, job);
        // In this order: what is committed meanwhile is not in the first list, and what was prepared is in the second or was ended by another coordinator.
        var prepared = CommitTables.Prepared(database, job);
        var lost = shares.Except(committed).Except(prepared).ToList();
        return lost.Count == 0 ? lost : [.. lost.Except(CommitTables.Committed(database, job))];
    }

    /// <summary>Gives up all that the job still has prepared, and sees to it that nothing more can be.</summary>
    private static void Close(NpgsqlConnection database, string job, bool committed)
    {
        CommitTables.Ensure(database);
        database.Execute("SET lock_timeout = '1s'");
        for (var round = 1; ; round++)
        {
            foreach (var share in CommitTables.Prepared(database, job)) CommitTables.End(database, share, commit: false);
            try
            {
                database.Execute("SELECT pg_advisory_lock($1)", CommitTables.Lock(job));
                break;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable && round < MostRounds)
            {
                // An attempt stands between the lock and its end, perhaps on a machine that stands still. Nothing of the job that has a connection counts any more.
                CommitTables.EndSessions(database, job, _ => true);
            }
        }
        // The job is closed also where its first attempt has not got round to opening it. The lock goes with the connection.
        database.Execute("INSERT INTO mapreduce_commit.jobs (job, ended, committed) VALUES ($1, now(), $2) ON CONFLICT (job) DO UPDATE SET ended = now(), committed = $2", job, committed);
        Prune(database);
    }

    /// <summary>Forgets jobs of which no attempt can be left anywhere.</summary>
    private static void Prune(NpgsqlConnection database)
    {
        database.Execute("DELETE FROM mapreduce_commit.shares WHERE job IN (SELECT job FROM mapreduce_commit.jobs WHERE begun < now() - interval '90 days' AND ended IS NOT NULL)");
        database.Execute("DELETE FROM mapreduce_commit.jobs WHERE begun < now() - interval '90 days' AND ended IS NOT NULL");
    }

    private void With(string connection, Action<NpgsqlConnection> work) => With(connection, database =>
    {
        work(database);
        return true;
    });

    private T With<T>(string connection, Func<NpgsqlConnection, T> work)
    {
        try
        {
            var secret = connections.Find(connection) ?? throw new StorageException(StorageError.Other,
                $"The connection '{connection}' is not configured on the node that is the job master. Set mapreduce.connections.{connection} on every node.");
            using var database = Database.Open(connection, secret, Patience, CancellationToken.None);
            return work(database);
        }
        catch (StoreException exception)
        {
            throw new StorageException(StorageError.Other, exception.Message, exception);
        }
        catch (Exception exception) when (Failures.IsOfDatabase(exception))
        {
            throw new StorageException(StorageError.Other, Failures.Of($"connection '{connection}'", exception).Message, exception);
        }
    }

    private static StorageException Lost(string job, IReadOnlyList<string> shares, int committed) => new(StorageError.Lost,
        $"{(shares.Count == 1 ? "A share" : $"{shares.Count} shares")} of job {job} prepared in the database {(shares.Count == 1 ? "is gone," : "are gone, the first of them")} {shares[0]}: somebody has rolled them back by hand, or the database was restored from an older copy. {(committed == 0 ? "Nothing of the job is committed. Run the job again." : $"{(committed == 1 ? "1 other share is" : $"{committed} other shares are")} committed already, and nothing takes back what is: mapreduce_commit.shares lists them. Remove their rows, then run the job again.")}");
}
