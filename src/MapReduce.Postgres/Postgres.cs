using MapReduce.Sdk;

namespace MapReduce.Postgres;

/// <summary>Tables and queries of PostgreSQL, as sources and as outputs of jobs.</summary>
/// <remarks>A job names connections; whoever runs it configures their connection strings, which are secrets and never part of the job.</remarks>
public static class Postgres
{
    /// <summary>A table, to read with <see cref="JobBuilder.Read"/> or to write with <c>WriteTo</c>.</summary>
    /// <param name="connection">The name of a configured connection.</param>
    /// <param name="table">The table as SQL names it, with its schema where that is not on the search path, and in double quotes where SQL needs them.</param>
    public static PostgresTable Table(string connection, string table) => new(connection, table);

    /// <summary>The rows of a query, to read with <see cref="JobBuilder.Read"/>.</summary>
    /// <param name="connection">The name of a configured connection.</param>
    /// <param name="sql">A SELECT without parameters.</param>
    public static PostgresQuery Query(string connection, string sql) => new(connection, sql);

    /// <summary>Writes each pair as a row: the parts of the key and then those of the value, in the order of the table's columns or of <see cref="PostgresTable.Columns"/>.</summary>
    public static Dataset<TKey, TValue> WriteTo<TKey, TValue>(this Dataset<TKey, TValue> dataset, PostgresTable table)
        where TKey : allows ref struct
        where TValue : allows ref struct
        => dataset.WriteTo(Sink<TKey, TValue>(table));

    /// <summary>The sink that <c>WriteTo</c> writes to, for those who put something around it.</summary>
    public static RowSink<TKey, TValue> Sink<TKey, TValue>(PostgresTable table)
        where TKey : allows ref struct
        where TValue : allows ref struct
        => new PostgresSink<TKey, TValue>(table, new PairFields<TKey, TValue>());

    /// <summary>Writes each pair as a row that a function makes.</summary>
    /// <param name="dataset">The pairs.</param>
    /// <param name="table">The table.</param>
    /// <param name="write">Writes the values of one row, in the order of the table's columns or of <see cref="PostgresTable.Columns"/>.</param>
    public static Dataset<TKey, TValue> WriteTo<TKey, TValue>(this Dataset<TKey, TValue> dataset, PostgresTable table, RowFunction<TKey, TValue> write)
        where TKey : allows ref struct
        where TValue : allows ref struct
        => dataset.WriteTo(new PostgresSink<TKey, TValue>(table, new FunctionFields<TKey, TValue>(write)));
}

/// <summary>Writes the values of one row, one call for each column.</summary>
public delegate void RowFunction<TKey, TValue>(TKey key, TValue value, PostgresRowWriter row)
    where TKey : allows ref struct
    where TValue : allows ref struct;
