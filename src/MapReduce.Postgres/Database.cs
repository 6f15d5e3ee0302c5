using System.Diagnostics;
using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>Opens connections and turns their failures into words without secrets.</summary>
internal static class Database
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const int LeastSeconds = 5;
    private const int MostSeconds = 15;

    // A server that says that it cannot take a login now, because it starts or recovers, is there: it is waited for longer than one that does not answer.
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(1);

    /// <summary>Opens a connection of its own for a task, waiting for a server that does not answer yet.</summary>
    /// <param name="name">The name of the connection.</param>
    /// <param name="context">Knows the secret, and how long to wait; for a server that starts, at least a minute.</param>
    /// <exception cref="StoreException">There is no database.</exception>
    public static NpgsqlConnection Open(string name, StoreContext context)
        => Open(name, context.ConnectionString(name), context.Patience, context.Patience > Start ? context.Patience : Start, context.Cancellation);

    /// <summary>Opens a connection of its own, waiting for a server that does not answer yet.</summary>
    /// <param name="name">The name of the connection.</param>
    /// <param name="connectionString">The secret.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="StoreException">There is no database.</exception>
    public static NpgsqlConnection Open(string name, string connectionString, TimeSpan patience, CancellationToken cancellation)
        => Open(name, connectionString, patience, patience, cancellation);

    private static NpgsqlConnection Open(string name, string connectionString, TimeSpan patience, TimeSpan patienceWithStart, CancellationToken cancellation)
    {
        var settings = Parse(name, connectionString);
        settings.Timeout = (int)Math.Clamp(patience.TotalSeconds, LeastSeconds, MostSeconds);
        var begun = Stopwatch.GetTimestamp();
        var silentSince = begun;
        while (true)
        {
            var connection = new NpgsqlConnection(settings.ConnectionString);
            try
            {
                connection.Open();
                return connection;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                connection.Dispose();
                var failure = Failures.Connecting(name, settings, exception);
                var isThere = exception is PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow };
                if (failure.Error != StoreError.Unavailable || (isThere ? Stopwatch.GetElapsedTime(begun) > patienceWithStart : Stopwatch.GetElapsedTime(silentSince) > patience)) throw failure;
                // It may refuse connections for a moment before it answers again.
                if (isThere) silentSince = Stopwatch.GetTimestamp();
                cancellation.WaitHandle.WaitOne(Pause);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Runs a statement.</summary>
    public static int Execute(this NpgsqlConnection connection, string sql, params IEnumerable<object> values)
    {
        using var command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first value of the first row; null where there is none.</summary>
    public static object? Scalar(this NpgsqlConnection connection, string sql, params IEnumerable<object> values)
    {
        using var command = Command(connection, sql, values);
        return command.ExecuteScalar() is var value and not DBNull ? value : null;
    }

    /// <summary>All rows.</summary>
    public static List<T> Rows<T>(this NpgsqlConnection connection, Func<NpgsqlDataReader, T> read, string sql, params IEnumerable<object> values)
    {
        using var command = Command(connection, sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, IEnumerable<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            var parameter = new NpgsqlParameter { Value = value };
            if (value is uint) parameter.NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static NpgsqlConnectionStringBuilder Parse(string name, string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString)
            {
                // A transaction that is prepared has no connection any more, and one that is given up goes with it.
                Pooling = false,
                Enlist = false,
                CommandTimeout = 0,
                ApplicationName = "mapreduce",
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // What the exception says may have a piece of the secret in it.
            throw new StoreException(StoreError.Unusable, $"The connection string of '{name}' cannot be understood. It looks like Host=…;Database=…;Username=…;Password=…");
        }
    }
}
