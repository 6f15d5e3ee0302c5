using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>What PostgreSQL's failures mean. The messages hold what the server says, and never a connection string.</summary>
internal static class Failures
{
    public const string DeadPreparedTransaction = PostgresErrorCodes.UndefinedObject;

    /// <summary>The failure of a login.</summary>
    public static StoreException Connecting(string name, NpgsqlConnectionStringBuilder settings, Exception exception)
    {
        var where = $"connection '{name}' (host {settings.Host}, database {settings.Database}, user {settings.Username})";
        return exception switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused
                => new StoreException(StoreError.Unusable, $"The database of {where} refuses the login: {refused.MessageText}. Check the user and the password in the connection string."),
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing
                => new StoreException(StoreError.Unusable, $"The server of {where} has no such database: {missing.MessageText}. Check the connection string."),
            PostgresException other => new StoreException(KindOf(other.SqlState), $"The database of {where} cannot be used now: {other.MessageText}."),
            NpgsqlException { InnerException: System.Security.Authentication.AuthenticationException tls }
                => new StoreException(StoreError.Unusable, $"The server of {where} is not trusted: {tls.Message} Check the TLS settings of the connection string."),
            NpgsqlException { InnerException: null } npgsql when npgsql.Message.Contains("password", StringComparison.OrdinalIgnoreCase)
                => new StoreException(StoreError.Unusable, $"The database of {where} wants a password, and the connection string has none."),
            _ => new StoreException(StoreError.Unavailable, $"The database of {where} does not answer: {Innermost(exception).Message}. Check that the server runs and can be reached from here."),
        };
    }

    /// <summary>The failure of work on a table or a query.</summary>
    public static StoreException Of(string target, Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
            => new StoreException(StoreError.Unavailable, $"{target}: a row is locked by another transaction, perhaps by one that is prepared. Two tasks that write rows of the same key cannot be committed together: let the key of the dataset be the key of the rows."),
        PostgresException { SqlState: PostgresErrorCodes.CardinalityViolation }
            => new StoreException(StoreError.Refused, $"{target}: a task writes two rows of the same key, and an upsert takes one. Aggregate or reduce them first."),
        PostgresException { SqlState: PostgresErrorCodes.OutOfMemory } full when full.MessageText.Contains("prepared", StringComparison.Ordinal)
            => new StoreException(StoreError.Unavailable, $"{target}: {full.MessageText}. Others may use them as well: raise max_prepared_transactions on the server, or write with fewer partitions."),
        PostgresException { SqlState: PostgresErrorCodes.ObjectNotInPrerequisiteState } off when off.MessageText.Contains("disabled", StringComparison.Ordinal)
            => NoPreparedTransactions(target, 0, 0),
        PostgresException refused => new StoreException(KindOf(refused.SqlState), $"{target}: {refused.MessageText}{(refused.Where is { Length: > 0 } where ? $" ({where.Split('\n')[0]})" : "")}."),
        StoreException known => known,
        _ => new StoreException(StoreError.Unavailable, $"{target}: the connection is lost: {Innermost(exception).Message}."),
    };

    /// <summary>The server keeps too few prepared transactions, or none.</summary>
    public static StoreException NoPreparedTransactions(string target, int allowed, int needed) => new(StoreError.Unusable, allowed == 0
        ? $"{target}: the server allows no prepared transactions (max_prepared_transactions is 0), so rows cannot be committed together with files. Set max_prepared_transactions in postgresql.conf to {(needed > 0 ? $"{needed} or more" : "the number of partitions or more")}, and restart the server."
        : $"{target}: the job has {needed} tasks that write to it, each of which keeps a transaction prepared until the job commits, and the server allows {allowed}. Set max_prepared_transactions in postgresql.conf to {needed} or more and restart the server, or write with fewer partitions.");

    /// <summary>Whether an exception comes from the database or the way to it.</summary>
    public static bool IsOfDatabase(Exception exception) => exception is NpgsqlException or TimeoutException or IOException or ObjectDisposedException or InvalidOperationException { Source: "Npgsql" };

    private static StoreError KindOf(string state) => state[..2] switch
    {
        "21" or "22" or "23" => StoreError.Refused,
        "0A" or "28" or "3D" or "3F" or "42" or "44" => StoreError.Unusable,
        _ => StoreError.Unavailable,
    };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception;
    }
}
