using System.Buffers.Binary;
using System.Text;
using MapReduce.Sdk;

namespace MapReduce.Postgres;

/// <summary>Writes rows in PostgreSQL's binary format, value after value in the order of the columns, without an allocation.</summary>
public sealed class PostgresRowWriter
{
    private const long MicrosecondsOfDay = 86_400_000_000;
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly string target;
    private readonly IReadOnlyList<Column> columns;
    private readonly ByteWriter buffer;
    private int next;

    internal PostgresRowWriter(string target, IReadOnlyList<Column> columns, ByteWriter buffer)
    {
        this.target = target;
        this.columns = columns;
        this.buffer = buffer;
    }

    /// <summary>Writes an integer into a column of whole or of decimal numbers.</summary>
    public void Write(long value)
    {
        var column = Next(typeof(long));
        switch (column.Kind)
        {
            case ColumnKind.Int8:
                Int64(value);
                break;
            case ColumnKind.Int4:
                Length(4);
                Int32(value is >= int.MinValue and <= int.MaxValue ? (int)value : throw TooLarge(value, column));
                break;
            case ColumnKind.Int2:
                Length(2);
                BinaryPrimitives.WriteInt16BigEndian(buffer.GetSpan(2), value is >= short.MinValue and <= short.MaxValue ? (short)value : throw TooLarge(value, column));
                buffer.Advance(2);
                break;
            default:
                Numeric.Write(value, buffer);
                break;
        }
    }

    /// <summary>Writes a floating-point number.</summary>
    public void Write(double value)
    {
        if (Next(typeof(double)).Kind == ColumnKind.Float8)
        {
            Int64(BitConverter.DoubleToInt64Bits(value));
            return;
        }
        Length(4);
        Int32(BitConverter.SingleToInt32Bits((float)value));
    }

    /// <summary>Writes a decimal number.</summary>
    public void Write(decimal value)
    {
        Next(typeof(decimal));
        Numeric.Write(value, buffer);
    }

    /// <summary>Writes a truth value.</summary>
    public void Write(bool value)
    {
        Next(typeof(bool));
        Length(1);
        buffer.Write(value ? (byte)1 : (byte)0);
    }

    /// <summary>Writes text, or bytes where the column holds bytes.</summary>
    public void Write(Utf8 value)
    {
        var column = Next(typeof(Utf8));
        Begin(column, value.Length);
        buffer.Write(value.Bytes);
    }

    /// <summary>Writes text; null as NULL.</summary>
    public void Write(string? value)
    {
        if (value is null) WriteNull();
        else Write(value.AsSpan());
    }

    /// <summary>Writes text.</summary>
    public void Write(ReadOnlySpan<char> value)
    {
        var column = Next(typeof(string));
        var length = Encoding.UTF8.GetByteCount(value);
        Begin(column, length);
        buffer.Advance(Encoding.UTF8.GetBytes(value, buffer.GetSpan(Math.Max(1, length))));
    }

    /// <summary>Writes bytes; null as NULL.</summary>
    public void Write(byte[]? value)
    {
        if (value is null)
        {
            WriteNull();
            return;
        }
        Next(typeof(byte[]));
        Length(value.Length);
        buffer.Write(value);
    }

    /// <summary>Writes a UUID.</summary>
    public void Write(Guid value)
    {
        const int Bytes = 16;
        Next(typeof(Guid));
        Length(Bytes);
        value.TryWriteBytes(buffer.GetSpan(Bytes), bigEndian: true, out _);
        buffer.Advance(Bytes);
    }

    /// <summary>Writes a moment. A column with a time zone takes UTC or local times, of which it keeps the moment; one without takes what the clock shows.</summary>
    public void Write(DateTime value)
    {
        var column = Next(typeof(DateTime));
        if (column.Kind == ColumnKind.TimestampTz)
        {
            if (value.Kind == DateTimeKind.Unspecified) throw new StoreException(StoreError.Refused, $"{target}: column '{column.Name}' keeps moments, and {value:O} is none: it has no time zone. Write a DateTimeOffset, or a DateTime in UTC.");
            value = value.ToUniversalTime();
        }
        Int64((value.Ticks - Epoch.Ticks) / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Writes a moment; a column without a time zone gets it in UTC.</summary>
    public void Write(DateTimeOffset value)
    {
        Next(typeof(DateTimeOffset));
        Int64((value.UtcTicks - Epoch.Ticks) / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Writes a date.</summary>
    public void Write(DateOnly value)
    {
        Next(typeof(DateOnly));
        Length(4);
        Int32(value.DayNumber - DateOnly.FromDateTime(Epoch).DayNumber);
    }

    /// <summary>Writes a time of day.</summary>
    public void Write(TimeOnly value)
    {
        Next(typeof(TimeOnly));
        Int64(Math.Min(value.Ticks / TimeSpan.TicksPerMicrosecond, MicrosecondsOfDay));
    }

    /// <summary>Writes NULL.</summary>
    public void WriteNull()
    {
        if (next == columns.Count) throw TooMany();
        next++;
        Length(-1);
    }

    internal void BeginRow()
    {
        next = 0;
        BinaryPrimitives.WriteInt16BigEndian(buffer.GetSpan(2), (short)columns.Count);
        buffer.Advance(2);
    }

    internal void EndRow()
    {
        if (next < columns.Count)
            throw new StoreException(StoreError.Unusable, $"{target}: a row has {next} values, and {columns.Count} columns are to be written: {string.Join(", ", columns.Select(column => column.Name))}. Name the columns with Columns(…), or write the rest.");
    }

    private Column Next(Type type)
    {
        if (next == columns.Count) throw TooMany();
        var column = columns[next++];
        return column.Takes(type) ? column : throw Mismatch(target, column, type);
    }

    internal static StoreException Mismatch(string target, Column column, Type type)
        => new(StoreError.Unusable, $"{target}: column '{column.Name}' is of type {column.Type}, which takes no {type.Name}. Convert the value, or change the column.");

    private StoreException TooMany() => new(StoreError.Unusable,
        $"{target}: a row has more values than the {columns.Count} columns that are to be written: {string.Join(", ", columns.Select(column => column.Name))}. Name the columns with Columns(…), or write fewer values.");

    private StoreException TooLarge(long value, Column column) => new(StoreError.Refused, $"{target}: {value} does not fit column '{column.Name}' of type {column.Type}.");

    /// <summary>Begins a value of variable length. Binary JSON has a version before its text.</summary>
    private void Begin(Column column, int length)
    {
        const byte JsonbVersion = 1;
        if (column.Kind != ColumnKind.Jsonb)
        {
            Length(length);
            return;
        }
        Length(length + 1);
        buffer.Write(JsonbVersion);
    }

    private void Length(int length) => Int32(length);

    private void Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private void Int64(long value)
    {
        var span = buffer.GetSpan(12);
        BinaryPrimitives.WriteInt32BigEndian(span, 8);
        BinaryPrimitives.WriteInt64BigEndian(span[4..], value);
        buffer.Advance(12);
    }
}
