using System.Buffers.Binary;
using System.Text;

namespace MapReduce.Sdk;

/// <summary>Texts of up to 16 ASCII characters, as words are: what the framework does to find the best way for any text takes longer than to read or write these.</summary>
internal static class ShortText
{
    /// <summary>The bytes that <see cref="TryWrite"/> has to have.</summary>
    public const int Room = 16;

    private const int Half = Room / 2;

    /// <summary>The text that some bytes are; null where they are many, or not ASCII.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Room || !Ascii.IsValid(bytes)) return null;
        return string.Create(bytes.Length, bytes, static (chars, bytes) =>
        {
            for (var i = 0; i < chars.Length && i < bytes.Length; i++) chars[i] = (char)bytes[i];
        });
    }

    /// <summary>Writes a text as bytes, one for each character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="target">Where to; <see cref="Room"/> bytes or more, of which all may be changed.</param>
    /// <returns>Whether it is written: it is short, and ASCII.</returns>
    public static bool TryWrite(string text, Span<byte> target)
    {
        if (text.Length > Room) return false;
        // Written in two pieces and not one by one: whoever reads the bytes at once, as the table of keys does, would wait for them to come together.
        ulong lower = 0, upper = 0, all = 0;
        for (var i = 0; i < text.Length; i++)
        {
            ulong character = text[i];
            all |= character;
            if (i < Half) lower |= character << (8 * i);
            else upper |= character << (8 * (i - Half));
        }
        if (all > 0x7F) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(target, lower);
        BinaryPrimitives.WriteUInt64LittleEndian(target[Half..], upper);
        return true;
    }
}
