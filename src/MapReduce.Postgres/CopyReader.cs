using System.Buffers.Binary;
using MapReduce.Sdk;

namespace MapReduce.Postgres;

/// <summary>Takes a binary COPY apart into rows over its buffer, without an allocation a row.</summary>
internal sealed class CopyReader(Stream stream, string target, IReadOnlyList<Column> columns)
{
    private const int HeaderBytes = 19;
    private const int FirstCapacity = 128 << 10;

    private readonly int[] offsets = new int[columns.Count];
    private readonly int[] lengths = new int[columns.Count];
    private byte[] buffer = new byte[FirstCapacity];
    private int start;
    private int end;
    private bool begun;

    /// <summary>The next row, valid until the next call.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next(out PostgresRow row, out int bytes)
    {
        row = default;
        bytes = 0;
        if (!begun)
        {
            Need(HeaderBytes);
            if (!buffer.AsSpan(0, CopyFormat.Header.Length).SequenceEqual(CopyFormat.Header)) throw Broken();
            start = HeaderBytes;
            begun = true;
        }
        Need(2);
        var count = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(start));
        if (count < 0) return false;
        if (count != columns.Count) throw Broken();
        var position = 2;
        for (var i = 0; i < count; i++)
        {
            Need(position + 4);
            var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start + position));
            position += 4;
            (offsets[i], lengths[i]) = (position, length);
            if (length <= 0) continue;
            Need(position + length);
            position += length;
        }
        row = new PostgresRow(buffer.AsSpan(start, position), offsets, lengths, columns);
        bytes = position;
        start += position;
        return true;
    }

    /// <summary>Sees to it that so many bytes of the row that begins at <see cref="start"/> are there.</summary>
    private void Need(int count)
    {
        if (end - start >= count) return;
        if (start + count > buffer.Length)
        {
            var target = count <= buffer.Length ? buffer : new byte[Math.Max(2 * buffer.Length, count)];
            buffer.AsSpan(start, end - start).CopyTo(target);
            (buffer, end, start) = (target, end - start, 0);
        }
        while (end - start < count)
        {
            var read = stream.Read(buffer.AsSpan(end));
            if (read == 0) throw Broken();
            end += read;
        }
    }

    private StoreException Broken() => new(StoreError.Unavailable, $"{target}: the rows broke off.");
}
