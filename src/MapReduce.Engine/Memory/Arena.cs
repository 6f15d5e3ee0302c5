using System.Runtime.CompilerServices;

namespace MapReduce.Engine.Memory;

/// <summary>Hands out memory in increasing addresses of large chunks and frees it all at once.</summary>
internal sealed unsafe class Arena(int chunkLength = 1 << 20) : IDisposable
{
    private readonly List<NativeBuffer> chunks = [];
    private int chunk = -1;
    private byte* next;
    private byte* end;

    /// <summary>The bytes handed out, with what is left over at the ends of chunks.</summary>
    public long Used { get; private set; }

    /// <summary>The bytes held.</summary>
    public long Held { get; private set; }

    /// <summary>Memory for <paramref name="length"/> bytes; up to <see cref="NativeBuffer.Slack"/> bytes behind it may be read, and written before the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Allocate(long length)
    {
        if (end - next < length) NextChunk(length);
        var result = next;
        next += length;
        Used += length;
        return result;
    }

    /// <summary>Copies <paramref name="bytes"/> into the arena.</summary>
    public byte* Store(ReadOnlySpan<byte> bytes)
    {
        var result = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(result, bytes.Length));
        return result;
    }

    /// <summary>Takes back everything handed out and keeps the chunks of the usual size.</summary>
    public void Reset()
    {
        for (var i = chunks.Count - 1; i >= 0; i--)
        {
            if (chunks[i].Length == chunkLength) continue;
            Held -= chunks[i].Length;
            chunks[i].Dispose();
            chunks.RemoveAt(i);
        }
        chunk = -1;
        next = end = null;
        Used = 0;
    }

    public void Dispose()
    {
        foreach (var buffer in chunks) buffer.Dispose();
        chunks.Clear();
        chunk = -1;
        next = end = null;
        Used = Held = 0;
    }

    private void NextChunk(long length)
    {
        Used += end - next;
        while (++chunk < chunks.Count && chunks[chunk].Length < length)
        {
        }
        if (chunk >= chunks.Count)
        {
            var buffer = new NativeBuffer(Math.Max(chunkLength, length));
            chunks.Add(buffer);
            Held += buffer.Length;
            chunk = chunks.Count - 1;
        }
        next = chunks[chunk].Start;
        end = next + chunks[chunk].Length;
    }
}
