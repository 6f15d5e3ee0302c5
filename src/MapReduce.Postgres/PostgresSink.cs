using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>Writes pairs into a table, under the commit of the job.</summary>
internal sealed class PostgresSink<TKey, TValue>(PostgresTable table, RowFields<TKey, TValue> fields) : RowSink<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public override string Participant => PostgresParticipant.ParticipantName;

    public override string Connection => table.Connection;

    public override string Target => $"{table.Target}({string.Join(',', table.ColumnNames)}){string.Join(',', table.UpsertKey)}";

    public override void Check(StoreContext context, int prepared)
    {
        using var database = Database.Open(Connection, context);
        try
        {
            Check(database, prepared);
            CommitTables.Ensure(database);
            CommitTables.Begin(database, context.Job);
        }
        catch (Exception exception) when (Failures.IsOfDatabase(exception))
        {
            throw Failures.Of(table.Target, exception);
        }
    }

    public override RowSinkWriter<TKey, TValue> Open(StoreContext context)
    {
        var database = Database.Open(Connection, context);
        try
        {
            var shape = TableShape.Find(database, table);
            return new PostgresSinkWriter<TKey, TValue>(database, context, table, shape, shape.Columns(table.ColumnNames), fields);
        }
        catch (Exception exception)
        {
            database.Dispose();
            if (Failures.IsOfDatabase(exception)) throw Failures.Of(table.Target, exception);
            throw;
        }
    }

    private void Check(NpgsqlConnection database, int prepared)
    {
        var allowed = int.Parse((string)database.Scalar("SHOW max_prepared_transactions")!, System.Globalization.CultureInfo.InvariantCulture);
        if (allowed == 0 || prepared > allowed) throw Failures.NoPreparedTransactions(table.Target, allowed, prepared);
        var shape = TableShape.Find(database, table);
        var columns = shape.Columns(table.ColumnNames);
        if (fields.Types is { } types)
        {
            if (types.Count != columns.Count)
                throw new StoreException(StoreError.Unusable, $"{table.Target}: a row has {types.Count} values ({string.Join(", ", types.Select(type => type.Name))}), and {columns.Count} columns are to be written: {string.Join(", ", columns.Select(column => column.Name))}. Name the columns with Columns(…).");
            for (var i = 0; i < types.Count; i++)
                if (!columns[i].Takes(types[i])) throw PostgresRowWriter.Mismatch(table.Target, columns[i], types[i]);
        }
        if (columns.FirstOrDefault(column => column.Kind == ColumnKind.Other) is { } unknown)
            throw new StoreException(StoreError.Unusable, $"{table.Target}: column '{unknown.Name}' is of type {unknown.Type}, which cannot be written. Leave it out with Columns(…), or write text into a table of its own and convert it there.");
        if (shape.Missing(columns) is { } missing)
            throw new StoreException(StoreError.Unusable, $"{table.Target}: column '{missing.Name}' must not be NULL, has no default, and is not written. Name it in Columns(…), or give it a default.");
        CheckRights(database, shape);
        CheckKey(database, shape, columns);
    }

    private void CheckRights(NpgsqlConnection database, TableShape shape)
    {
        foreach (var right in table.UpsertKey.Count > 0 ? (string[])["INSERT", "UPDATE", "SELECT"] : ["INSERT"])
            if (database.Scalar("SELECT has_table_privilege($1::oid, $2)", (object)shape.Oid, right) is not true)
                throw new StoreException(StoreError.Unusable, $"{table.Target}: the user {database.Scalar("SELECT current_user::text")} has no right to {right} there. GRANT it.");
    }

    private void CheckKey(NpgsqlConnection database, TableShape shape, IReadOnlyList<Column> columns)
    {
        if (table.UpsertKey.Count == 0) return;
        if (table.UpsertKey.Except(columns.Select(column => column.Name)).FirstOrDefault() is { } absent)
            throw new StoreException(StoreError.Unusable, $"{table.Target}: rows are told apart by the column '{absent}', which is not written. Name it in Columns(…).");
        var isUnique = database.Scalar("""
            SELECT true FROM pg_index WHERE indrelid = $1 AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL
            AND (SELECT array_agg(attname::text ORDER BY attname::text COLLATE "C") FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])) = $2 LIMIT 1
            """, (object)shape.Oid, table.UpsertKey.Order(StringComparer.Ordinal).ToArray());
        if (isUnique is not true)
            throw new StoreException(StoreError.Unusable, $"{table.Target}: an upsert by ({string.Join(", ", table.UpsertKey)}) needs a unique index on exactly these columns. CREATE UNIQUE INDEX ON {shape.Name} ({string.Join(", ", table.UpsertKey.Select(TableShape.Quote))}).");
    }
}
