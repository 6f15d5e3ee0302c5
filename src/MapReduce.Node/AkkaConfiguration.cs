using System.Globalization;
using Akka.Configuration;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Node.Serialization;
using MapReduce.Protocol;
using MapReduce.Worker.Segments;

namespace MapReduce.Node;

/// <summary>What our settings mean for Akka.NET.</summary>
internal static class AkkaConfiguration
{
    /// <summary>The name of the actor system, which all nodes share.</summary>
    public const string SystemName = "mapreduce";

    /// <summary>How the addresses of nodes begin.</summary>
    public const string Protocol = "akka.ssl.tcp";

    public const string MasterRole = "master";
    public const string WorkerRole = "worker";

    /// <summary>The provider of the SQLite that is built for .NET by Microsoft.</summary>
    public const string Sqlite = "SQLite.MS";

    private const string PostgreSql = "PostgreSQL.15";

    public static string ProviderOf(NodeSettings settings) => settings.JournalProvider == "sqlite" ? Sqlite : PostgreSql;

    public static string ConnectionOf(NodeSettings settings)
    {
        if (settings.JournalProvider != "sqlite") return settings.JournalConnection;
        return settings.JournalConnection.Length > 0 ? settings.JournalConnection : $"Data Source={Path.Combine(settings.Folder, "journal.db")}";
    }

    public static Config Make(NodeSettings settings)
    {
        var description = new NodeDescription(settings.Name, settings.HttpAddress, settings.DataAddress, settings.Slots, settings.Worker.ShortCircuit ? Machine.Identity : "", settings.Folder);
        List<string> roles = [.. description.ToRoles()];
        if (settings.IsMaster) roles.Add(MasterRole);
        if (settings.IsWorker) roles.Add(WorkerRole);
        var own = ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
            # Secrets, which Akka has no use for, and would print with its configuration.
            mapreduce.connections = hidden
            akka {
              # The node handles signals itself: it finishes its work first.
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              # A node that leaves says so by itself; one that is aborted must not say goodbye.
              coordinated-shutdown.run-by-actor-system-terminate = off
              actor {
                provider = cluster
                serializers {
                  mapreduce = {{Quote(NameOf<ProtobufSerializer>())}}
                  json = {{Quote(NameOf<RefusingJsonSerializer>())}}
                  daemon-create = {{Quote(NameOf<RefusingDeploymentSerializer>())}}
                }
                serialization-bindings {
                  "Google.Protobuf.IMessage, Google.Protobuf" = mapreduce
                }
                serialization-identifiers {
                  {{Quote(NameOf<ProtobufSerializer>())}} = 4711
                  {{Quote(NameOf<RefusingJsonSerializer>())}} = 1
                  {{Quote(NameOf<RefusingDeploymentSerializer>())}} = 3
                }
                serialization-settings.allow-unregistered-types = false
              }
              remote.dot-netty.tcp {
                transport-class = {{Quote(NameOf<ShelteredTransport>())}}
                hostname = {{Quote(settings.Host)}}
                port = {{settings.Port}}
                # Nodes know each other by their certificates, on loopback too: whoever else is on the machine could join otherwise.
                enable-ssl = on
              }
              cluster {
                roles = [{{string.Join(", ", roles.Select(Quote))}}]
                # The founder brings the node into a cluster.
                seed-nodes = []
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                allow-weakly-up-members = off
                singleton.role = {{MasterRole}}
                singleton-proxy.role = {{MasterRole}}
                singleton-proxy.log-singleton-identification-failure = off
                sharding {
                  role = {{WorkerRole}}
                  state-store-mode = ddata
                  passivate-idle-entity-after = off
                  distributed-data.durable.keys = []
                }
              }
              persistence {
                journal {
                  plugin = "akka.persistence.journal.sql"
                  auto-start-journals = [{{(settings.IsMaster ? "\"akka.persistence.journal.sql\"" : "")}}]
                  sql {
                    class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
                    connection-string = {{Quote(ConnectionOf(settings))}}
                    provider-name = {{Quote(ProviderOf(settings))}}
                    auto-initialize = on
                    # The database takes each number once, and a life that was replaced as master is none again, so that no two write by turns. Where two have, the journal is damaged: by default
                    # what the one has written after the other would be left out, though others may have acted on it, and a state would be made of the rest.
                    replay-filter.mode = fail
                  }
                }
                query.journal.sql {
                  class = "Akka.Persistence.Sql.Query.SqlReadJournalProvider, Akka.Persistence.Sql"
                  connection-string = {{Quote(ConnectionOf(settings))}}
                  provider-name = {{Quote(ProviderOf(settings))}}
                }
                snapshot-store {
                  plugin = "akka.persistence.snapshot-store.sql"
                  sql {
                    class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
                    connection-string = {{Quote(ConnectionOf(settings))}}
                    provider-name = {{Quote(ProviderOf(settings))}}
                    auto-initialize = on
                  }
                }
              }
            }
            """));
        // What the user sets of Akka's own settings wins, but for what the node could not work without.
        return own.WithFallback(settings.Config);
    }

    /// <summary>The addresses of the nodes that <c>mapreduce.cluster.seeds</c> names.</summary>
    public static IReadOnlyList<string> SeedsOf(NodeSettings settings)
        => [.. settings.Seeds.Select(seed => $"{Protocol}://{SystemName}@{seed}")];

    private static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
