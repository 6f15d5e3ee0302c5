using System.Globalization;
using System.Text;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Kinds;

/// <summary>Bytes as they are. An object holds them as an array.</summary>
internal sealed class Utf8Kind() : Kind<Utf8>("Utf8")
{
    public override object Make(ReadOnlySpan<byte> raw) => raw.ToArray();

    public override byte[] Show(object? value) => (byte[])value!;

    public override Utf8 Open(object? value) => new((byte[])value!);

    public override object Close(scoped Utf8 value) => value.Bytes.ToArray();
}

/// <summary>Strings, those among them that no Unicode text is: of bytes that are no UTF-8 come surrogates without their other half.</summary>
internal sealed class TextKind() : PlainKind<string>("Text")
{
    private const char Replacement = '\uFFFD';
    private const int FirstSurrogate = 0xD800;
    private const int Surrogates = 0x800;

    public override bool IsJson => true;

    public override bool MayBeNull => true;

    public override object Make(ReadOnlySpan<byte> raw) => Of(raw);

    public static string Of(ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(raw);
        return text.Contains(Replacement, StringComparison.Ordinal) ? text.Replace(Replacement, (char)(FirstSurrogate + (int)(Hash.Of(raw) % Surrogates))) : text;
    }
}

/// <summary>No key or no value.</summary>
internal sealed class NoneKind() : PlainKind<None>("None")
{
    public override object Make(ReadOnlySpan<byte> raw) => None.Value;

    public override byte[] Show(object? value) => [];
}

/// <summary>Arrays of bytes.</summary>
internal sealed class BytesKind() : PlainKind<byte[]>("Bytes")
{
    public override bool IsKey => false;

    public override object Make(ReadOnlySpan<byte> raw) => raw.ToArray();

    public override byte[] Show(object? value) => (byte[])value!;
}

/// <summary>The different texts of a key, as an aggregator gives them.</summary>
internal sealed class ValueListKind() : PlainKind<ValueList>("ValueList")
{
    public override bool IsKey => false;

    public override object Make(ReadOnlySpan<byte> raw) => throw new NotSupportedException("Only the Sdk makes these.");

    public override byte[] Show(object? value)
    {
        var list = (ValueList)value!;
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list.Count}:{list.Join("|")}"));
    }
}
