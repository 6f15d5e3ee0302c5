using System.Buffers.Binary;
using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>Our own tables in a database that jobs write to, and the names and locks by which attempts and coordinators find each other there.</summary>
/// <remarks>
/// <para><c>mapreduce_commit.jobs</c> has a row for each job that may prepare; its <c>ended</c> closes the job for good. <c>mapreduce_commit.shares</c> has a row for each share, written in the share's own transaction: there, it is committed.</para>
/// <para>
/// Who prepares holds the job's advisory lock shared, from before it looks whether the job is open until its transaction is committed or given up. Who closes the job needs the lock alone.
/// So when a job is closed nothing of it is prepared, and nothing can be any more.
/// </para>
/// </remarks>
internal static class CommitTables
{
    private const string Prefix = "mapreduce";
    private const char Separator = ':';
    private const long SchemaLock = 0x6D61_7072_6564_7563;

    /// <summary>Makes the tables where they are missing.</summary>
    public static void Ensure(NpgsqlConnection database)
    {
        if (database.Scalar("SELECT to_regclass('mapreduce_commit.jobs') IS NOT NULL AND to_regclass('mapreduce_commit.shares') IS NOT NULL") is true) return;
        // Two that make a schema at the same time would both fail.
        database.Execute("SELECT pg_advisory_lock($1)", SchemaLock);
        try
        {
            database.Execute("CREATE SCHEMA IF NOT EXISTS mapreduce_commit");
            database.Execute("CREATE TABLE IF NOT EXISTS mapreduce_commit.jobs (job text PRIMARY KEY, begun timestamptz NOT NULL DEFAULT now(), ended timestamptz, committed boolean NOT NULL DEFAULT false)");
            database.Execute("CREATE TABLE IF NOT EXISTS mapreduce_commit.shares (job text NOT NULL, share text NOT NULL, target text NOT NULL, rows bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (job, share))");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StoreException(StoreError.Unusable, $"The schema mapreduce_commit, in which commits are recorded, is missing and cannot be made: {exception.MessageText}. Let the database's owner make it as docs/postgres.md shows.");
        }
        finally
        {
            database.Execute("SELECT pg_advisory_unlock($1)", SchemaLock);
        }
    }

    /// <summary>Lets a job prepare, unless it has ended.</summary>
    public static void Begin(NpgsqlConnection database, string job) => database.Execute("INSERT INTO mapreduce_commit.jobs (job) VALUES ($1) ON CONFLICT DO NOTHING", job);

    /// <summary>The name of a prepared transaction.</summary>
    public static string Share(StoreContext context) => $"{Prefix}{Separator}{context.Job}{Separator}{context.Attempt}{Separator}{context.Number}";

    /// <summary>The name of an attempt's session.</summary>
    public static string Session(StoreContext context) => $"{Prefix}{Separator}{context.Job}{Separator}{context.Attempt}";

    /// <summary>Ends the sessions of attempts.</summary>
    /// <param name="database">The database.</param>
    /// <param name="job">The job.</param>
    /// <param name="isOut">Which attempts, by their names.</param>
    public static void EndSessions(NpgsqlConnection database, string job, Func<string, bool> isOut)
    {
        var sessions = database.Rows(row => (Process: row.GetInt32(0), Name: row.GetString(1)),
            "SELECT pid, application_name FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND starts_with(application_name, $1)", Shares(job));
        foreach (var (process, name) in sessions.Where(session => isOut(AttemptOf(session.Name)))) database.Scalar("SELECT pg_terminate_backend($1)", process);
    }

    /// <summary>What the names of a job's prepared transactions and sessions begin with.</summary>
    public static string Shares(string job) => $"{Prefix}{Separator}{job}{Separator}";

    /// <summary>The attempt of a prepared transaction or a session.</summary>
    public static string AttemptOf(string share) => share.Split(Separator)[2];

    /// <summary>The key of the job's advisory lock.</summary>
    public static long Lock(string job) => BinaryPrimitives.ReadInt64BigEndian(Convert.FromHexString(job).AsSpan(8));

    /// <summary>What the job has prepared in this database.</summary>
    public static List<string> Prepared(NpgsqlConnection database, string job)
        => database.Rows(row => row.GetString(0), "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND starts_with(gid, $1) ORDER BY gid", Shares(job));

    /// <summary>What of the job is committed in this database.</summary>
    public static HashSet<string> Committed(NpgsqlConnection database, string job)
        => [.. database.Rows(row => row.GetString(0), "SELECT share FROM mapreduce_commit.shares WHERE job = $1", job)];

    /// <summary>Ends what is prepared under a name, one way or the other.</summary>
    /// <returns>Whether it was there.</returns>
    public static bool End(NpgsqlConnection database, string share, bool commit)
    {
        try
        {
            // Such statements take no parameters; the name is our own, of letters, digits, '-' and ':'.
            database.Execute($"{(commit ? "COMMIT" : "ROLLBACK")} PREPARED '{share}'");
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState == Failures.DeadPreparedTransaction)
        {
            return false;
        }
    }
}
