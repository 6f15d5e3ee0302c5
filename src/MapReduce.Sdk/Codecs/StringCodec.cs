using System.Buffers;
using System.Text;
using Utf8Transcoding = System.Text.Unicode.Utf8;

namespace MapReduce.Sdk;

/// <summary>Strings as UTF-8, whose byte order is the order of code points. A lone surrogate, which UTF-8 does not know, is written in the three bytes that its number would have, so that different strings stay different.</summary>
internal sealed class StringCodec : KeyCodec<string>
{
    public static readonly StringCodec Instance = new();

    private const int MostBytesOfChar = 3;
    private const byte FirstByte = 0xED;
    private const byte LeastSecondByte = 0xA0;

    public override void Write(string value, ByteWriter writer)
    {
        var target = writer.GetSpan(Math.Max(ShortText.Room, MostBytesOfChar * value.Length));
        if (ShortText.TryWrite(value, target))
            writer.Advance(value.Length);
        else if (Utf8Transcoding.FromUtf16(value, target, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
            writer.Advance(written);
        else
            WriteWithSurrogates(value, writer);
    }

    public override string Read(ReadOnlySpan<byte> bytes)
        => ShortText.Read(bytes) ?? (IndexOfSurrogate(bytes) >= 0 ? ReadWithSurrogates(bytes) : Encoding.UTF8.GetString(bytes));

    private static void WriteWithSurrogates(ReadOnlySpan<char> rest, ByteWriter writer)
    {
        while (true)
        {
            var status = Utf8Transcoding.FromUtf16(rest, writer.GetSpan(MostBytesOfChar * rest.Length), out var read, out var written, replaceInvalidSequences: false);
            writer.Advance(written);
            if (status == OperationStatus.Done) return;
            var surrogate = rest[read];
            writer.Write([(byte)(0xE0 | (surrogate >> 12)), (byte)(0x80 | ((surrogate >> 6) & 0x3F)), (byte)(0x80 | (surrogate & 0x3F))]);
            rest = rest[(read + 1)..];
        }
    }

    private static string ReadWithSurrogates(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        for (var next = IndexOfSurrogate(bytes); next >= 0; next = IndexOfSurrogate(bytes))
        {
            text.Append(Encoding.UTF8.GetString(bytes[..next]));
            text.Append((char)(0xD000 | ((bytes[next + 1] & 0x3F) << 6) | (bytes[next + 2] & 0x3F)));
            bytes = bytes[(next + MostBytesOfChar)..];
        }
        return text.Append(Encoding.UTF8.GetString(bytes)).ToString();
    }

    private static int IndexOfSurrogate(ReadOnlySpan<byte> bytes)
    {
        for (var at = bytes.IndexOf(FirstByte); at >= 0 && at + 2 < bytes.Length;)
        {
            if (bytes[at + 1] >= LeastSecondByte) return at;
            var further = bytes[(at + 1)..].IndexOf(FirstByte);
            at = further < 0 ? -1 : at + 1 + further;
        }
        return -1;
    }
}
