using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>Key, TAB, value, LF.</summary>
internal sealed class TextFormat<TKey, TValue> : OutputFormat<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly TextField<TKey> key = TextFields.For<TKey>();
    private readonly TextField<TValue> value = TextFields.For<TValue>();

    public override void Write(scoped TKey key, scoped TValue value, ByteWriter writer)
    {
        // The types of most rows, and of all fast jobs, are known to the compiler here.
        if (typeof(TKey) == typeof(Utf8)) writer.Write(Unsafe.As<TKey, Utf8>(ref key).Bytes);
        else this.key.Write(key, writer);
        if (typeof(TKey) != typeof(None) && typeof(TValue) != typeof(None)) writer.Write((byte)'\t');
        if (typeof(TValue) == typeof(long)) TextNumbers.Write(Unsafe.As<TValue, long>(ref value), writer);
        else this.value.Write(value, writer);
        writer.Write((byte)'\n');
    }
}

/// <summary>Writes one key or value as text.</summary>
internal abstract class TextField<T> where T : allows ref struct
{
    public abstract void Write(scoped T value, ByteWriter writer);
}

/// <summary>Numbers as text.</summary>
internal static class TextNumbers
{
    private const int MostDigits = 20;

    public static void Write(long value, ByteWriter writer)
    {
        var target = writer.GetSpan(MostDigits);
        System.Buffers.Text.Utf8Formatter.TryFormat(value, target, out var written);
        writer.Advance(written);
    }
}
