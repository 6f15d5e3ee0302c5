namespace MapReduce.Cli.Cat;

/// <summary>Reads the rows of one part.</summary>
internal sealed class RowReader(PartStream stream, int part) : IDisposable
{
    private byte[] buffer = new byte[1 << 16];
    private int begin;
    private int end;
    private int length = -1;

    /// <summary>The place of the part among all.</summary>
    public int Part { get; } = part;

    /// <summary>The current row without its end; valid until the next one is read.</summary>
    public ReadOnlySpan<byte> Row => buffer.AsSpan(begin, length);

    public bool MoveNext()
    {
        begin += length + 1;
        if (begin > end) begin = end;
        for (var searched = 0; ;)
        {
            var found = buffer.AsSpan(begin + searched, end - begin - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                length = searched + found;
                return true;
            }
            searched = end - begin;
            if (!Fill())
            {
                length = searched;
                return searched > 0;
            }
        }
    }

    public void Dispose() => stream.Dispose();

    private bool Fill()
    {
        if (begin > 0)
        {
            buffer.AsSpan(begin, end - begin).CopyTo(buffer);
            (begin, end) = (0, end - begin);
        }
        if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        var read = stream.Read(buffer.AsSpan(end));
        end += read;
        return read > 0;
    }
}
