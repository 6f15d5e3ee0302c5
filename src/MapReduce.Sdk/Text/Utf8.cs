using System.Text;

namespace MapReduce.Sdk;

/// <summary>Text as UTF-8 bytes over somebody else's buffer: no allocation, valid as long as that buffer.</summary>
public readonly ref struct Utf8(ReadOnlySpan<byte> bytes)
{
    /// <summary>The bytes, which need not be valid UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>The length in bytes.</summary>
    public int Length => Bytes.Length;

    /// <summary>The text of <paramref name="start"/> and the <paramref name="length"/> bytes from it.</summary>
    public Utf8 Slice(int start, int length) => new(Bytes.Slice(start, length));

    /// <summary>The bytes as text.</summary>
    public static implicit operator Utf8(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Whether both hold the same bytes.</summary>
    public bool Equals(Utf8 other) => Bytes.SequenceEqual(other.Bytes);

    /// <summary>The decoded text; invalid bytes become U+FFFD.</summary>
    public override string ToString() => ShortText.Read(Bytes) ?? Encoding.UTF8.GetString(Bytes);
}
