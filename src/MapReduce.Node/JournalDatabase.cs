using System.Data.Common;
using LinqToDB;
using LinqToDB.Data;
using MapReduce.Node.Configuration;

namespace MapReduce.Node;

/// <summary>Looks whether the database of the journal lets this node in, so that a mistake in its connection string is told in words when the node starts. A message never holds the connection string.</summary>
public static class JournalDatabase
{
    private static readonly (string Name, string[] Keys)[] Shown =
    [
        ("host", ["Host", "Server"]),
        ("port", ["Port"]),
        ("database", ["Database", "DB"]),
        ("user", ["Username", "User ID", "User Name", "UserId", "UID"]),
    ];

    /// <summary>What keeps the journal away for now; null for nothing. A database that does not answer may come back, and nodes wait for it.</summary>
    /// <param name="settings">The node's settings.</param>
    /// <exception cref="ConfigurationException">The connection string cannot be understood, or the database refuses it: waiting would not help.</exception>
    public static string? Absence(NodeSettings settings)
    {
        if (settings.JournalProvider == "sqlite") return null;
        var where = Where(settings);
        try
        {
            using var database = new DataConnection(new DataOptions().UseConnectionString(AkkaConfiguration.ProviderOf(settings), AkkaConfiguration.ConnectionOf(settings)));
            database.Execute("SELECT 1");
            return null;
        }
        catch (DbException exception) when (exception.SqlState is { Length: 5 } state && state[..2] is "28" or "3D")
        {
            throw new ConfigurationException($"The database of the journal ({where}) refuses this node: {exception.Message} Check mapreduce.journal.connection: {(exception.SqlState![..2] == "28" ? "the user and the password" : "the name of the database, which has to be there before the first node starts")}.");
        }
        catch (DbException exception) when (exception.SqlState is null && exception.InnerException is null && exception.Message.Contains("password", StringComparison.OrdinalIgnoreCase))
        {
            throw new ConfigurationException($"The database of the journal ({where}) wants a password, and mapreduce.journal.connection has none.");
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw Incomprehensible();
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            return $"The database of the journal ({where}) does not answer: {Innermost(exception).Message}. Nothing is decided until it does; check that the server runs and can be reached from here.";
        }
    }

    private static string Where(NodeSettings settings)
    {
        DbConnectionStringBuilder parts;
        try
        {
            parts = new DbConnectionStringBuilder { ConnectionString = AkkaConfiguration.ConnectionOf(settings) };
        }
        catch (ArgumentException)
        {
            throw Incomprehensible();
        }
        return string.Join(", ", Shown.Select(part => (part.Name, Value: part.Keys.Select(key => parts.TryGetValue(key, out var value) ? value.ToString() : null).FirstOrDefault(value => value is not null)))
            .Where(part => part.Value is not null).Select(part => $"{part.Name} {part.Value}"));
    }

    /// <summary>What the driver says of it may have a piece of the secret in it.</summary>
    private static ConfigurationException Incomprehensible() => new("mapreduce.journal.connection cannot be understood. It looks like Host=…;Database=…;Username=…;Password=…");

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception;
    }
}
