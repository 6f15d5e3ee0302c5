using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>The bytes of key and value without separators.</summary>
internal sealed class RecordFormat<TKey, TValue> : OutputFormat<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public override void Write(scoped TKey key, scoped TValue value, ByteWriter writer)
    {
        WriteBytes(key, writer);
        WriteBytes(value, writer);
    }

    private static void WriteBytes<T>(scoped T value, ByteWriter writer) where T : allows ref struct
    {
        if (typeof(T) == typeof(Utf8)) writer.Write(Unsafe.As<T, Utf8>(ref value).Bytes);
        else if (typeof(T) != typeof(None)) throw new JobException(JobError.Definition, $"Records are written from Utf8 keys and values, not from {typeof(T).Name}. Map to Utf8, or use WriteText.");
    }
}
