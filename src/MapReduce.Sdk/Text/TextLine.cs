using System.Text;

namespace MapReduce.Sdk;

/// <summary>One line of a text file without its line end, as a span over the reader's buffer.</summary>
public readonly ref struct TextLine(ReadOnlySpan<byte> bytes)
{
    /// <summary>The line's bytes without LF or CRLF; they need not be valid UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>The length in bytes.</summary>
    public int Length => Bytes.Length;

    /// <summary>The line's words: maximal runs of Unicode letters (categories L*). Invalid bytes separate words.</summary>
    public WordEnumerator Words() => new(Bytes);

    /// <summary>The line as a key or value.</summary>
    public static implicit operator Utf8(TextLine line) => new(line.Bytes);

    /// <summary>The decoded line; invalid bytes become U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
