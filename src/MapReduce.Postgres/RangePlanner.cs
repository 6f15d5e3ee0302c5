using System.Globalization;
using System.Text.Json;
using MapReduce.Sdk;
using Npgsql;

namespace MapReduce.Postgres;

/// <summary>Cuts a table or the result of a query into ranges of a key with about equal numbers of rows.</summary>
internal static class RangePlanner
{
    private const int MostPieces = 4096;
    private const long SampledBytes = 32L << 20;

    public static IReadOnlyList<StorePiece> Plan(NpgsqlConnection database, PostgresRelation relation, string? key, int count, long splitBytes)
    {
        var bytes = relation.Table is { } table ? SizeOf(database, table) : Estimate(database, relation);
        if (key is null) return [Piece(null, null, bytes)];
        var pieces = count > 0 ? count : (int)Math.Clamp((bytes + splitBytes - 1) / Math.Max(1, splitBytes), 1, MostPieces);
        if (pieces == 1) return [Piece(null, null, bytes)];
        var bounds = Bounds(database, relation, key, pieces, bytes);
        var ranges = new List<StorePiece>();
        for (var i = 0; i <= bounds.Count; i++) ranges.Add(Piece(i == 0 ? null : bounds[i - 1], i == bounds.Count ? null : bounds[i], bytes / (bounds.Count + 1)));
        return ranges;

        static StorePiece Piece(string? from, string? to, long size) => new(JsonSerializer.Serialize(new KeyRange(from, to)), size);
    }

    /// <summary>The first keys of the second and later ranges, as SQL literals. Large tables are sampled, always in the same way.</summary>
    private static List<string> Bounds(NpgsqlConnection database, PostgresRelation relation, string key, int pieces, long bytes)
    {
        var column = TableShape.Quote(key);
        var percent = 100d * SampledBytes / Math.Max(1, bytes);
        var sample = relation.Table is not null && percent < 100
            ? string.Create(CultureInfo.InvariantCulture, $" TABLESAMPLE SYSTEM ({percent:0.######}) REPEATABLE (0)")
            : "";
        double[] quantiles = [.. Enumerable.Range(1, pieces - 1).Select(i => (double)i / pieces)];
        return [.. database.Rows(row => row.GetString(0),
            $"""
            SELECT quote_literal(bound::text) || '::' || format_type(pg_typeof(bound)::oid, NULL)
            FROM unnest((SELECT percentile_disc($1) WITHIN GROUP (ORDER BY {column}) FROM {relation.From}{sample})) WITH ORDINALITY AS bounds (bound, number)
            WHERE bound IS NOT NULL ORDER BY number
            """, (object)quantiles).Distinct()];
    }

    private static long SizeOf(NpgsqlConnection database, uint table)
        => (long)database.Scalar("SELECT coalesce(sum(pg_table_size(relid)), pg_table_size($1))::bigint FROM pg_partition_tree($1)", (object)table)!;

    private static long Estimate(NpgsqlConnection database, PostgresRelation relation)
    {
        using var plan = JsonDocument.Parse((string)database.Scalar($"EXPLAIN (FORMAT JSON) SELECT * FROM {relation.From}")!);
        var root = plan.RootElement[0].GetProperty("Plan");
        return (long)(root.GetProperty("Plan Rows").GetDouble() * Math.Max(1, root.GetProperty("Plan Width").GetDouble()));
    }
}
