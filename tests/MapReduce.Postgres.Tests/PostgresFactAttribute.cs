using Xunit;

namespace MapReduce.Postgres.Tests;

/// <summary>A test that needs the programs of a PostgreSQL server.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "The test starts a server as it is done on Linux.";
        else if (PostgresServer.Programs is null) Skip = "There is no PostgreSQL: initdb and postgres are neither on the PATH nor under /usr/lib/postgresql. Install it: apt-get install postgresql.";
    }
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
