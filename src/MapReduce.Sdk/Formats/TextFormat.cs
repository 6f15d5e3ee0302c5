using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace MapReduce.Sdk;

/// <summary>Key, TAB, value, LF.</summary>
internal sealed class TextFormat<TKey, TValue> : OutputFormat<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public override void Write(scoped TKey key, scoped TValue value, ByteWriter writer)
    {
        TextField.Write(key, writer);
        if (typeof(TKey) != typeof(None) && typeof(TValue) != typeof(None)) writer.Write((byte)'\t');
        TextField.Write(value, writer);
        writer.Write((byte)'\n');
    }
}

/// <summary>The text of one key or value.</summary>
internal static class TextField
{
    public static void Write<T>(scoped T value, ByteWriter writer) where T : allows ref struct
    {
        if (typeof(T) == typeof(None)) return;
        if (typeof(T) == typeof(Utf8)) writer.Write(Unsafe.As<T, Utf8>(ref value).Bytes);
        else if (typeof(T) == typeof(long)) WriteFormattable(Unsafe.As<T, long>(ref value), writer);
        else if (typeof(T) == typeof(string)) WriteString(Unsafe.As<T, string>(ref value), writer);
        else throw new NotSupportedException($"{typeof(T).Name} has no text form.");
    }

    public static void WriteString(string value, ByteWriter writer)
        => writer.Advance(Encoding.UTF8.GetBytes(value, writer.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));

    private static void WriteFormattable<T>(T value, ByteWriter writer) where T : IUtf8SpanFormattable
    {
        int written;
        for (var room = 32; !value.TryFormat(writer.GetSpan(room), out written, default, CultureInfo.InvariantCulture); room *= 2)
        {
        }
        writer.Advance(written);
    }
}
