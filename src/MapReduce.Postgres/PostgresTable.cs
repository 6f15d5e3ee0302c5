namespace MapReduce.Postgres;

/// <summary>A table of a PostgreSQL database.</summary>
public sealed class PostgresTable : PostgresSource
{
    internal PostgresTable(string connection, string name) : base(connection) => Name = name;

    /// <inheritdoc/>
    public override string Target => $"{Connection}:{Name}";

    internal string Name { get; }

    internal IReadOnlyList<string> ColumnNames { get; private init; } = [];

    internal IReadOnlyList<string> UpsertKey { get; private init; } = [];

    /// <summary>The same table, but only these columns, in this order.</summary>
    public PostgresTable Columns(params string[] names) => new(Connection, Name) { ColumnNames = names, UpsertKey = UpsertKey, SplitColumn = SplitColumn, SplitCount = SplitCount };

    /// <summary>Written to, rows replace those that have the same values in these columns, on which the table must have a unique index. Without it a row that is there already fails the job.</summary>
    /// <param name="keys">The columns of the index. All rows of one key must come from one task, as they do where it is the key of the dataset.</param>
    public PostgresTable Upsert(params string[] keys) => new(Connection, Name) { ColumnNames = ColumnNames, UpsertKey = keys, SplitColumn = SplitColumn, SplitCount = SplitCount };

    /// <summary>Read, the table is cut into ranges of this column, one for each map task; of equal numbers of rows as far as a sample shows. It should have an index.</summary>
    /// <param name="column">A column whose values have an order. Where it is unique, a piece that is read again gives its rows in the same order.</param>
    /// <param name="pieces">How many; 0: from the size of the table.</param>
    public PostgresTable SplitBy(string column, int pieces = 0) => new(Connection, Name) { ColumnNames = ColumnNames, UpsertKey = UpsertKey, SplitColumn = column, SplitCount = pieces };

    internal override PostgresRelation Relation(Npgsql.NpgsqlConnection database) => TableShape.Find(database, this).Relation(ColumnNames);
}

/// <summary>The rows of a query.</summary>
public sealed class PostgresQuery : PostgresSource
{
    private readonly string sql;

    internal PostgresQuery(string connection, string sql) : base(connection) => this.sql = sql.Trim().TrimEnd(';');

    /// <inheritdoc/>
    public override string Target => $"{Connection}:{sql}";

    /// <summary>The result is cut into ranges of this column, one for each map task. The query runs once for each, and once to be cut.</summary>
    /// <param name="column">A column of the result whose values have an order.</param>
    /// <param name="pieces">How many; 0: from the server's estimate of the result.</param>
    public PostgresQuery SplitBy(string column, int pieces = 0) => new(Connection, sql) { SplitColumn = column, SplitCount = pieces };

    internal override PostgresRelation Relation(Npgsql.NpgsqlConnection database) => new($"({sql}) AS query", "*", null);
}

/// <summary>What a source reads, as SQL.</summary>
/// <param name="From">What stands after FROM.</param>
/// <param name="Columns">What stands after SELECT.</param>
/// <param name="Table">The table's oid; null for a query.</param>
internal sealed record PostgresRelation(string From, string Columns, uint? Table);
