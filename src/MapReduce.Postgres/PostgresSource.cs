using System.Text.Json;
using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>Rows of a PostgreSQL database, read with binary COPY, a range of a key for each map task.</summary>
/// <remarks>Each piece is read in a transaction of its own: rows that change between two pieces are seen as they are then. Read from a table at rest, or from a copy.</remarks>
public abstract class PostgresSource : RowSource<PostgresRow>
{
    private protected PostgresSource(string connection) => Connection = connection;

    /// <summary>The name of the connection.</summary>
    public string Connection { get; }

    internal string? SplitColumn { get; init; }

    internal int SplitCount { get; init; }

    internal abstract PostgresRelation Relation(NpgsqlConnection database);

    /// <inheritdoc/>
    public override IReadOnlyList<StorePiece> Plan(StoreContext context)
    {
        using var database = Database.Open(Connection, context);
        try
        {
            return RangePlanner.Plan(database, Relation(database), SplitColumn, SplitCount, context.SplitBytes);
        }
        catch (Exception exception) when (Failures.IsOfDatabase(exception))
        {
            throw Failures.Of(Target, exception);
        }
    }

    /// <inheritdoc/>
    public override void Read(string piece, StoreContext context, RecordTaker<PostgresRow> take)
    {
        var range = JsonSerializer.Deserialize<KeyRange>(piece)!;
        using var database = Database.Open(Connection, context);
        try
        {
            var relation = Relation(database);
            var sql = $"SELECT {relation.Columns} FROM {relation.From}{range.Where(SplitColumn)}";
            var columns = Describe(database, sql);
            using var stream = database.BeginRawBinaryCopy($"COPY ({sql}) TO STDOUT (FORMAT BINARY)");
            var reader = new CopyReader(stream, Target, columns);
            try
            {
                while (reader.Next(out var row, out var bytes)) take(row, bytes);
            }
            catch
            {
                stream.Cancel();
                throw;
            }
        }
        catch (Exception exception) when (exception is PostgresException or NpgsqlException or IOException)
        {
            throw Failures.Of(Target, exception);
        }
    }

    private static List<Column> Describe(NpgsqlConnection database, string sql)
    {
        // The server's own numbers of types: what the client knows of them may be older than a type.
        List<(string Name, uint Type)> described;
        using (var command = new NpgsqlCommand($"SELECT * FROM ({sql}) AS described LIMIT 0", database))
        using (var reader = command.ExecuteReader()) described = [.. Enumerable.Range(0, reader.FieldCount).Select(i => (reader.GetName(i), reader.GetDataTypeOID(i)))];
        var types = database.Rows(
            row => (row.GetFieldValue<uint>(0), Column.KindOf(row.GetFieldValue<uint>(1), row.GetString(2), row.GetFieldValue<char>(3)), row.GetString(4)),
            """
            SELECT own.oid, base.oid, base.typname::text, base.typtype, format_type(own.oid, NULL)
            FROM pg_type own JOIN pg_type base ON base.oid = CASE own.typtype WHEN 'd' THEN own.typbasetype ELSE own.oid END WHERE own.oid = ANY ($1::bigint[]::oid[])
            """, (object)described.Select(column => (long)column.Type).Distinct().ToArray()).ToDictionary(type => type.Item1);
        return [.. described.Select(column => types.TryGetValue(column.Type, out var type) ? new Column(column.Name, type.Item2, type.Item3) : new Column(column.Name, ColumnKind.Other, "unknown"))];
    }
}

/// <summary>A range of keys, as SQL literals; the first holds the rows without a key as well.</summary>
/// <param name="From">The first key of the range; null for the first range.</param>
/// <param name="To">The first key behind it; null for the last range.</param>
internal sealed record KeyRange(string? From, string? To)
{
    /// <summary>The condition, and the order in which the rows come.</summary>
    public string Where(string? column)
    {
        if (column is null) return "";
        var key = TableShape.Quote(column);
        var condition = (From, To) switch
        {
            (null, null) => "",
            (null, _) => $" WHERE {key} < {To} OR {key} IS NULL",
            (_, null) => $" WHERE {key} >= {From}",
            _ => $" WHERE {key} >= {From} AND {key} < {To}",
        };
        return $"{condition} ORDER BY {key}";
    }
}
