using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>The rows of one attempt: one transaction on a connection of its own, filled by a binary COPY, and prepared at its end.</summary>
/// <remarks>
/// For an upsert the rows go into a table that the transaction makes and drops again, because one that has touched a temporary table cannot be prepared. The rest of the server never sees it,
/// and nothing of it is left whatever happens.
/// </remarks>
internal sealed class PostgresSinkWriter<TKey, TValue> : RowSinkWriter<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private const int FlushBytes = 128 << 10;

    private readonly NpgsqlConnection database;
    private readonly StoreContext context;
    private readonly PostgresTable table;
    private readonly string target;
    private readonly string? staged;
    private readonly string columns;
    private readonly RowFields<TKey, TValue> fields;
    private readonly ByteWriter buffer = new(FlushBytes + (16 << 10));
    private readonly PostgresRowWriter row;
    private readonly IReadOnlyList<Column> written;
    private NpgsqlRawCopyStream? copy;
    private long rows;
    private long rowsKept;
    private int rowEnd;
    private int kept;

    public PostgresSinkWriter(NpgsqlConnection database, StoreContext context, PostgresTable table, TableShape shape, IReadOnlyList<Column> columns, RowFields<TKey, TValue> fields)
    {
        this.database = database;
        this.context = context;
        this.table = table;
        this.fields = fields;
        target = shape.Name;
        written = columns;
        this.columns = string.Join(", ", columns.Select(column => TableShape.Quote(column.Name)));
        row = new PostgresRowWriter(table.Target, columns, buffer);
        // By this name the participant finds the session of an attempt that does not count any more, and ends it with all that it has locked.
        database.Execute("SELECT set_config('application_name', $1, false)", CommitTables.Session(context));
        // A row that somebody else holds, perhaps an attempt that is not known yet to be dead, is not waited for longer than it takes to find that out.
        database.Execute("BEGIN");
        if (database.Scalar("SHOW lock_timeout") is "0") database.Execute("SET LOCAL lock_timeout = '30s'");
        if (table.UpsertKey.Count > 0)
        {
            staged = $"mapreduce_commit.{TableShape.Quote($"{context.Job}-{context.Attempt}-{context.Number}")}";
            database.Execute($"CREATE UNLOGGED TABLE {staged} AS SELECT {this.columns} FROM {target} WITH NO DATA");
        }
        copy = database.BeginRawBinaryCopy($"COPY {staged ?? target} ({this.columns}) FROM STDIN (FORMAT BINARY)");
        buffer.Write(CopyFormat.Header);
        kept = rowEnd = buffer.Length;
    }

    public override void Write(scoped TKey key, scoped TValue value)
    {
        // A row that threw in its midst leaves nothing before the next.
        if (buffer.Length != rowEnd) buffer.Truncate(rowEnd);
        row.BeginRow();
        fields.Write(key, value, row);
        row.EndRow();
        rowEnd = buffer.Length;
        rows++;
        if (!context.TakesBack) Keep();
    }

    public override void Keep()
    {
        if (rowEnd >= FlushBytes) Flush();
        (kept, rowsKept) = (rowEnd, rows);
    }

    public override void TakeBack() => (rowEnd, rows) = (kept, rowsKept);

    public override string Prepare()
    {
        try
        {
            buffer.Truncate(rowEnd);
            buffer.Write(CopyFormat.Trailer);
            rowEnd = buffer.Length;
            Flush();
            var ending = copy!;
            copy = null;
            ending.Dispose();
            if (staged is not null) Merge(staged);
            return PrepareTransaction();
        }
        catch (Exception exception) when (Failures.IsOfDatabase(exception))
        {
            throw Failures.Of(table.Target, exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        try
        {
            copy?.Cancel();
        }
        catch (Exception exception) when (Failures.IsOfDatabase(exception))
        {
            // The server has it that way already: what is not prepared ends with the connection.
        }
        database.Dispose();
    }

    private void Merge(string from)
    {
        var others = written.Where(column => !table.UpsertKey.Contains(column.Name)).Select(column => TableShape.Quote(column.Name)).ToList();
        var action = others.Count == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", others.Select(name => $"{name} = EXCLUDED.{name}"))}";
        var keys = string.Join(", ", table.UpsertKey.Select(TableShape.Quote));
        database.Execute($"INSERT INTO {target} ({columns}) SELECT {columns} FROM {from} ON CONFLICT ({keys}) DO {action}");
        database.Execute($"DROP TABLE {from}");
    }

    private string PrepareTransaction()
    {
        var share = CommitTables.Share(context);
        database.Execute("SELECT pg_advisory_xact_lock_shared($1)", CommitTables.Lock(context.Job));
        if (database.Scalar("SELECT true FROM mapreduce_commit.jobs WHERE job = $1 AND ended IS NULL", context.Job) is not true)
            throw new StoreException(StoreError.Unavailable, $"{table.Target}: the job has ended without this attempt.");
        database.Execute("INSERT INTO mapreduce_commit.shares (job, share, target, rows) VALUES ($1, $2, $3, $4)", context.Job, share, table.Name, rows);
        database.Execute($"PREPARE TRANSACTION '{share}'");
        return share;
    }

    private void Flush()
    {
        try
        {
            copy!.Write(buffer.Written[..rowEnd]);
            buffer.Clear();
            rowEnd = 0;
        }
        catch (Exception exception) when (Failures.IsOfDatabase(exception))
        {
            throw Failures.Of(table.Target, exception);
        }
    }
}

/// <summary>What stands before and after the rows of a binary COPY.</summary>
internal static class CopyFormat
{
    public static ReadOnlySpan<byte> Header => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public static ReadOnlySpan<byte> Trailer => [0xFF, 0xFF];
}
