using System.Buffers.Binary;
using System.Text;
using MapReduce.Sdk;

namespace MapReduce.Postgres;

/// <summary>A row of a table or a query: spans over the reader's buffer, valid until the map function returns. Columns are numbered from 0.</summary>
public readonly ref struct PostgresRow
{
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly ReadOnlySpan<byte> bytes;
    private readonly int[] offsets;
    private readonly int[] lengths;
    private readonly IReadOnlyList<Column> columns;

    internal PostgresRow(ReadOnlySpan<byte> bytes, int[] offsets, int[] lengths, IReadOnlyList<Column> columns)
    {
        this.bytes = bytes;
        this.offsets = offsets;
        this.lengths = lengths;
        this.columns = columns;
    }

    /// <summary>The number of columns.</summary>
    public int Count => columns.Count;

    /// <summary>The number of the column of a name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public int Column(string name)
    {
        for (var i = 0; i < columns.Count; i++)
            if (columns[i].Name == name) return i;
        throw new FormatException($"There is no column '{name}'. The row has {string.Join(", ", columns.Select(column => column.Name))}.");
    }

    /// <summary>Whether the column is NULL.</summary>
    public bool IsNull(int column) => lengths[column] < 0;

    /// <summary>A whole number.</summary>
    public long GetInt64(int column) => columns[column].Kind switch
    {
        ColumnKind.Int8 => BinaryPrimitives.ReadInt64BigEndian(Value(column)),
        ColumnKind.Int4 => BinaryPrimitives.ReadInt32BigEndian(Value(column)),
        ColumnKind.Int2 => BinaryPrimitives.ReadInt16BigEndian(Value(column)),
        ColumnKind.Numeric => decimal.ToInt64(Numeric.Read(Value(column))),
        _ => throw Mismatch(column, "whole number"),
    };

    /// <summary>A whole number of 32 bits.</summary>
    public int GetInt32(int column) => checked((int)GetInt64(column));

    /// <summary>A number.</summary>
    public double GetDouble(int column) => columns[column].Kind switch
    {
        ColumnKind.Float8 => BinaryPrimitives.ReadDoubleBigEndian(Value(column)),
        ColumnKind.Float4 => BinaryPrimitives.ReadSingleBigEndian(Value(column)),
        ColumnKind.Numeric => (double)Numeric.Read(Value(column)),
        _ => GetInt64(column),
    };

    /// <summary>A decimal number.</summary>
    public decimal GetDecimal(int column) => columns[column].Kind == ColumnKind.Numeric ? Numeric.Read(Value(column)) : GetInt64(column);

    /// <summary>A truth value.</summary>
    public bool GetBoolean(int column) => columns[column].Kind == ColumnKind.Boolean ? Value(column)[0] != 0 : throw Mismatch(column, "truth value");

    /// <summary>Text as its bytes.</summary>
    public Utf8 GetUtf8(int column) => columns[column].Kind switch
    {
        ColumnKind.Text => new Utf8(Value(column)),
        ColumnKind.Jsonb => new Utf8(Value(column)[1..]),
        _ => throw Mismatch(column, "text"),
    };

    /// <summary>Text; null for NULL.</summary>
    public string? GetString(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(GetUtf8(column).Bytes);

    /// <summary>Bytes.</summary>
    public ReadOnlySpan<byte> GetBytes(int column) => columns[column].Kind == ColumnKind.Bytes ? Value(column) : GetUtf8(column).Bytes;

    /// <summary>A UUID.</summary>
    public Guid GetGuid(int column) => columns[column].Kind == ColumnKind.Uuid ? new Guid(Value(column), bigEndian: true) : throw Mismatch(column, "UUID");

    /// <summary>What the clock shows; a moment in UTC where the column has a time zone.</summary>
    public DateTime GetDateTime(int column)
    {
        if (columns[column].Kind is not (ColumnKind.Timestamp or ColumnKind.TimestampTz)) throw Mismatch(column, "timestamp");
        var time = Epoch.AddTicks(BinaryPrimitives.ReadInt64BigEndian(Value(column)) * TimeSpan.TicksPerMicrosecond);
        return columns[column].Kind == ColumnKind.TimestampTz ? time : DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
    }

    /// <summary>A moment, in UTC.</summary>
    public DateTimeOffset GetDateTimeOffset(int column) => new(DateTime.SpecifyKind(GetDateTime(column), DateTimeKind.Utc));

    /// <summary>A date.</summary>
    public DateOnly GetDateOnly(int column) => columns[column].Kind == ColumnKind.Date
        ? DateOnly.FromDateTime(Epoch).AddDays(BinaryPrimitives.ReadInt32BigEndian(Value(column)))
        : throw Mismatch(column, "date");

    /// <summary>A time of day.</summary>
    public TimeOnly GetTimeOnly(int column) => columns[column].Kind == ColumnKind.Time
        ? new TimeOnly(BinaryPrimitives.ReadInt64BigEndian(Value(column)) * TimeSpan.TicksPerMicrosecond)
        : throw Mismatch(column, "time of day");

    private ReadOnlySpan<byte> Value(int column) => lengths[column] >= 0
        ? bytes.Slice(offsets[column], lengths[column])
        : throw new FormatException($"Column '{columns[column].Name}' is NULL. Ask IsNull first, or give it a value in the query with coalesce.");

    private FormatException Mismatch(int column, string wanted)
        => new($"Column '{columns[column].Name}' is of type {columns[column].Type}, which is no {wanted}. Read it as what it is, or cast it in a query.");
}
