namespace MapReduce.Sdk;

/// <summary>Texts in byte order, each once. As text they are joined with commas.</summary>
public sealed class ValueList : IUtf8SpanFormattable
{
    private readonly byte[] buffer;
    private readonly int length;

    internal ValueList(byte[] buffer, int length, int count)
    {
        this.buffer = buffer;
        this.length = length;
        Count = count;
    }

    /// <summary>The number of texts.</summary>
    public int Count { get; }

    /// <summary>The texts joined with <paramref name="separator"/>.</summary>
    public string Join(string separator) => string.Join(separator, ToArray());

    /// <summary>The texts.</summary>
    public string[] ToArray()
    {
        var texts = new string[Count];
        for (int i = 0, position = 0; i < texts.Length; i++)
        {
            var item = TextLists.ItemAt(buffer, position);
            texts[i] = System.Text.Encoding.UTF8.GetString(item);
            position += 4 + item.Length;
        }
        return texts;
    }

    /// <inheritdoc/>
    public override string ToString() => Join(",");

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        for (var position = 0; position < length;)
        {
            var item = TextLists.ItemAt(buffer, position);
            var comma = position > 0 ? 1 : 0;
            if (bytesWritten + comma + item.Length > utf8Destination.Length) return false;
            if (comma > 0) utf8Destination[bytesWritten++] = (byte)',';
            item.CopyTo(utf8Destination[bytesWritten..]);
            bytesWritten += item.Length;
            position += 4 + item.Length;
        }
        return true;
    }
}
