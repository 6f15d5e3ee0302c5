using Xunit;

namespace MapReduce.Postgres.Tests;

/// <summary>A test that needs the programs of a PostgreSQL server.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.Missing;
}

/// <summary>One server for all tests that do not stop it; each uses tables of its own.</summary>
public sealed class SharedServer : IDisposable
{
    private readonly Lazy<PostgresServer> server = new(() => new PostgresServer());

    public PostgresServer Server => server.Value;

    public void Dispose()
    {
        if (server.IsValueCreated) server.Value.Dispose();
    }
}

[CollectionDefinition("server")]
public sealed class ServerCollection : ICollectionFixture<SharedServer>;
