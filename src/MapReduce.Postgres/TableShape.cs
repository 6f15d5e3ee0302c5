using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>A table as the server describes it.</summary>
internal sealed class TableShape
{
    private readonly PostgresTable table;
    private readonly List<(Column Column, bool IsRequired, bool IsGenerated)> columns;

    private TableShape(PostgresTable table, uint oid, string name, List<(Column, bool, bool)> columns)
    {
        this.table = table;
        Oid = oid;
        Name = name;
        this.columns = columns;
    }

    public uint Oid { get; }

    /// <summary>The name as SQL needs it.</summary>
    public string Name { get; }

    /// <exception cref="StoreException">There is no such table.</exception>
    public static TableShape Find(NpgsqlConnection database, PostgresTable table)
    {
        var found = database.Rows(row => row.IsDBNull(0) ? ((uint, string)?)null : (row.GetFieldValue<uint>(0), row.GetString(1)), "SELECT to_regclass($1)::oid, to_regclass($1)::text", table.Name);
        if (found is not [{ } relation])
            throw new StoreException(StoreError.Unusable, $"There is no table {table.Name} in the database of connection '{table.Connection}'. Make it first, or name it with its schema; the search path is {database.Scalar("SHOW search_path")}.");
        return new TableShape(table, relation.Item1, relation.Item2, database.Rows(
            row => (new Column(row.GetString(0), Column.KindOf(row.GetFieldValue<uint>(1), row.GetString(2), row.GetFieldValue<char>(3)), row.GetString(4)), row.GetBoolean(5), row.GetBoolean(6)),
            """
            SELECT attname, base.oid, base.typname::text, base.typtype, format_type(atttypid, atttypmod),
                   attnotnull AND NOT atthasdef AND attidentity = '', attgenerated <> ''
            FROM pg_attribute JOIN pg_type own ON own.oid = atttypid JOIN pg_type base ON base.oid = CASE own.typtype WHEN 'd' THEN own.typbasetype ELSE own.oid END
            WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """, (object)relation.Item1));
    }

    /// <summary>The columns of a name each; all that can be written where none is named.</summary>
    /// <exception cref="StoreException">The table has no such column.</exception>
    public IReadOnlyList<Column> Columns(IReadOnlyList<string> names) => names.Count == 0
        ? [.. columns.Where(column => !column.IsGenerated).Select(column => column.Column)]
        : [.. names.Select(name => columns.Find(column => column.Column.Name == name).Column ?? throw new StoreException(StoreError.Unusable,
            $"Table {Name} (connection '{table.Connection}') has no column '{name}'. It has {string.Join(", ", columns.Select(column => column.Column.Name))}."))];

    /// <summary>The first column that needs a value and is not among those named; null where there is none.</summary>
    public Column? Missing(IReadOnlyList<Column> written) => columns.Where(column => column.IsRequired && !column.IsGenerated && !written.Contains(column.Column)).Select(column => column.Column).FirstOrDefault();

    public PostgresRelation Relation(IReadOnlyList<string> names)
        => new(Name, string.Join(", ", (names.Count == 0 ? columns.Select(column => column.Column) : Columns(names)).Select(column => Quote(column.Name))), Oid);

    /// <summary>A name as SQL needs it.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
