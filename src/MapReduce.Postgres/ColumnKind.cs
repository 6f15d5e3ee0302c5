namespace MapReduce.Postgres;

/// <summary>The types of columns whose binary format this room reads and writes.</summary>
internal enum ColumnKind
{
    /// <summary>A type that it does not know.</summary>
    Other,
    Boolean,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric,
    Text,
    Jsonb,
    Bytes,
    Uuid,
    Date,
    Time,
    Timestamp,
    TimestampTz,
}

/// <summary>A column.</summary>
/// <param name="Name">Its name, without quotes.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Type">Its type as SQL writes it.</param>
internal sealed record Column(string Name, ColumnKind Kind, string Type)
{
    /// <summary>The kind of a type's oid; for a domain that of its base type.</summary>
    public static ColumnKind KindOf(uint type, string name, char category = 'b') => type switch
    {
        16 => ColumnKind.Boolean,
        17 => ColumnKind.Bytes,
        20 => ColumnKind.Int8,
        21 => ColumnKind.Int2,
        23 => ColumnKind.Int4,
        19 or 25 or 114 or 1042 or 1043 => ColumnKind.Text,
        700 => ColumnKind.Float4,
        701 => ColumnKind.Float8,
        1082 => ColumnKind.Date,
        1083 => ColumnKind.Time,
        1114 => ColumnKind.Timestamp,
        1184 => ColumnKind.TimestampTz,
        1700 => ColumnKind.Numeric,
        2950 => ColumnKind.Uuid,
        3802 => ColumnKind.Jsonb,
        // Enumerations and case-insensitive text travel as text.
        _ => category == 'e' || name == "citext" ? ColumnKind.Text : ColumnKind.Other,
    };

    /// <summary>Whether values of a .NET type may be written to the column.</summary>
    public bool Takes(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) type = Enum.GetUnderlyingType(type);
        return Kind switch
        {
            ColumnKind.Boolean => type == typeof(bool),
            ColumnKind.Int2 or ColumnKind.Int4 or ColumnKind.Int8 => IsInteger(type),
            ColumnKind.Float4 or ColumnKind.Float8 => type == typeof(double) || type == typeof(float),
            ColumnKind.Numeric => IsInteger(type) || type == typeof(decimal),
            ColumnKind.Text or ColumnKind.Jsonb => type == typeof(string) || type == typeof(Sdk.Utf8) || type == typeof(char),
            ColumnKind.Bytes => type == typeof(byte[]) || type == typeof(Sdk.Utf8),
            ColumnKind.Uuid => type == typeof(Guid),
            ColumnKind.Date => type == typeof(DateOnly),
            ColumnKind.Time => type == typeof(TimeOnly),
            ColumnKind.Timestamp or ColumnKind.TimestampTz => type == typeof(DateTime) || type == typeof(DateTimeOffset),
            _ => false,
        };
    }

    private static bool IsInteger(Type type) => type == typeof(long) || type == typeof(int) || type == typeof(short) || type == typeof(byte) || type == typeof(sbyte) || type == typeof(ushort) || type == typeof(uint);
}
