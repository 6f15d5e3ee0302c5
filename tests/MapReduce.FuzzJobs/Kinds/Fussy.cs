using System.Text;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Kinds;

/// <summary>A type of the job's own, which refuses to be written as text or encoded where its first character says so.</summary>
/// <param name="Text">What it holds.</param>
internal readonly record struct Fussy(string Text) : IUtf8SpanFormattable
{
    /// <summary>The first character of one that has no text form.</summary>
    public const char HasNoText = '\u0001';

    /// <summary>The first character of one that no codec takes.</summary>
    public const char HasNoBytes = '\u0002';

    public override string ToString() => $"<{Text}>";

    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
        => Text.StartsWith(HasNoText) ? throw new PlannedException(Plans.MistakePlace.Format) : Encoding.UTF8.TryGetBytes(ToString(), utf8Destination, out bytesWritten);
}

/// <summary>The codec of the job's own type, good for keys: what its text becomes.</summary>
/// <param name="texts">The codec of texts.</param>
/// <param name="place">The mistake that it makes.</param>
internal sealed class FussyCodec(KeyCodec<string> texts, Plans.MistakePlace place) : KeyCodec<Fussy>
{
    public override void Write(Fussy value, ByteWriter writer)
    {
        // A part of it is written before: what was written of a pair must not stay.
        writer.Write("half"u8);
        if (value.Text.StartsWith(Fussy.HasNoBytes)) throw new PlannedException(place);
        writer.Truncate(writer.Length - "half"u8.Length);
        texts.Write(value.Text, writer);
    }

    public override Fussy Read(ReadOnlySpan<byte> bytes) => new(texts.Read(bytes));
}

/// <summary>The kind of <see cref="Fussy"/>. Whether a value refuses something is the map function's affair.</summary>
internal sealed class FussyKind() : PlainKind<Fussy>("Fussy")
{
    public override object Make(ReadOnlySpan<byte> raw) => new Fussy(Encoding.UTF8.GetString(raw));

    public override byte[] Show(object? value) => Encoding.UTF8.GetBytes(((Fussy)value!).Text);
}
