using MapReduce.Cluster.Tests;
using MapReduce.Postgres.Tests;
using Xunit;

namespace MapReduce.Partition.Tests;

/// <summary>A test that needs network namespaces and a PostgreSQL server.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkPostgresFactAttribute : FactAttribute
{
    public NetworkPostgresFactAttribute() => Skip = Network.Missing ?? PostgresServer.Missing;
}
