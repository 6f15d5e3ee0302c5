namespace MapReduce.Cli.Cat;

/// <summary>Compares rows by the columns of their key, and equal keys by the order of their parts.</summary>
internal sealed class RowOrder(IReadOnlyList<string> columns) : IComparer<RowReader>
{
    public int Compare(RowReader? x, RowReader? y)
    {
        var left = x!.Row;
        var right = y!.Row;
        foreach (var column in columns)
        {
            var order = column == "integer" ? CompareIntegers(Take(ref left), Take(ref right)) : Take(ref left).SequenceCompareTo(Take(ref right));
            if (order != 0) return order;
        }
        return x.Part.CompareTo(y.Part);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> row)
    {
        var tab = row.IndexOf((byte)'\t');
        var field = tab < 0 ? row : row[..tab];
        row = tab < 0 ? default : row[(tab + 1)..];
        return field;
    }

    private static int CompareIntegers(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var (leftNegative, rightNegative) = (left.StartsWith("-"u8), right.StartsWith("-"u8));
        if (leftNegative != rightNegative) return leftNegative ? -1 : 1;
        var order = left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
        return leftNegative ? -order : order;
    }
}
