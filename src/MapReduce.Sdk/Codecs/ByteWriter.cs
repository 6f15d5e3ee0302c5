using System.Buffers;
using System.Runtime.CompilerServices;

namespace MapReduce.Sdk;

/// <summary>A growing byte buffer that is cleared and used again.</summary>
public sealed class ByteWriter : IBufferWriter<byte>
{
    private byte[] buffer;
    private int length;

    /// <summary>An empty buffer of <paramref name="capacity"/> bytes.</summary>
    public ByteWriter(int capacity = 256) => buffer = new byte[Math.Max(16, capacity)];

    /// <summary>What has been written since the last <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => buffer.AsSpan(0, length);
    }

    /// <summary>The number of bytes written.</summary>
    public int Length => length;

    /// <summary>Forgets what has been written; keeps the buffer.</summary>
    public void Clear() => length = 0;

    /// <summary>Shortens or rewinds to <paramref name="newLength"/> bytes.</summary>
    public void Truncate(int newLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)newLength, (uint)length);
        length = newLength;
    }

    /// <summary>Appends one byte.</summary>
    public void Write(byte value)
    {
        if (length == buffer.Length) Grow(1);
        buffer[length++] = value;
    }

    /// <summary>Appends <paramref name="bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > buffer.Length - length) Grow(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(buffer.Length - length));
        length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (Math.Max(1, sizeHint) > buffer.Length - length) Grow(Math.Max(1, sizeHint));
        return buffer.AsMemory(length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (Math.Max(1, sizeHint) > buffer.Length - length) Grow(Math.Max(1, sizeHint));
        return buffer.AsSpan(length);
    }

    private void Grow(int more) => Array.Resize(ref buffer, checked((int)Math.Min(Array.MaxLength, Math.Max((long)length + more, 2L * buffer.Length))));
}
