using Akka.Persistence.Sql.Config;
using LinqToDB;
using MapReduce.Node.Configuration;

namespace MapReduce.Node;

/// <summary>Prepares the database of the journal.</summary>
internal static class Journal
{
    /// <summary>How Akka.NET connects to the database.</summary>
    public static DataOptionsSetup Options(NodeSettings settings) => new(Database(settings));

    /// <summary>How each connection to the database is set up.</summary>
    public static DataOptions Database(NodeSettings settings)
    {
        var options = new DataOptions().UseConnectionString(AkkaConfiguration.ProviderOf(settings), AkkaConfiguration.ConnectionOf(settings));
        if (settings.JournalProvider == "sqlite")
        {
            options = options.UseAfterConnectionOpened(connection =>
            {
                // With the log ahead of the data a crash of the process loses nothing, and several masters may have the file open. A loss of power may take the last records, but nothing before them.
                using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000";
                command.ExecuteNonQuery();
            });
        }
        return options;
    }
}
