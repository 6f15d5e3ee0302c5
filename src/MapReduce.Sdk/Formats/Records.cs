namespace MapReduce.Sdk;

/// <summary>A whole file as one record.</summary>
public readonly ref struct WholeFile(string path, ReadOnlySpan<byte> bytes)
{
    /// <summary>The path of the file.</summary>
    public string Path { get; } = path;

    /// <summary>The content, decompressed; at most 2 GiB.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>The words of the content: maximal runs of Unicode letters.</summary>
    public WordEnumerator Words() => new(Bytes);
}

/// <summary>How delimited text is read.</summary>
public sealed record DelimitedOptions
{
    /// <summary>What stands between fields.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Whether the first row of each file names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Whether fields may be quoted with double quotes, and then hold delimiters and line ends.</summary>
    public bool AllowQuotes { get; init; } = true;
}

/// <summary>One row of delimited text.</summary>
public sealed class DelimitedRow
{
    private readonly IReadOnlyDictionary<string, int> columns;

    internal DelimitedRow(string[] fields, IReadOnlyDictionary<string, int> columns)
    {
        Fields = fields;
        this.columns = columns;
    }

    /// <summary>The fields in the order of the file.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>The field at <paramref name="index"/>, from 0.</summary>
    public string this[int index] => index < Fields.Count ? Fields[index] : throw new FormatException(
        $"The row has {Fields.Count} fields, so there is no field {index}. Check the delimiter and the row's quotes.");

    /// <summary>The field of the column named <paramref name="column"/> by the header.</summary>
    public string this[string column] => columns.TryGetValue(column, out var index) ? this[index] : throw new FormatException(
        $"There is no column '{column}'. The header names: {string.Join(", ", columns.Keys)}.");
}
