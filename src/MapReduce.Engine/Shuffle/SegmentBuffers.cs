using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MapReduce.Engine.Memory;

namespace MapReduce.Engine.Shuffle;

/// <summary>The write side of a map task's output: a small buffer for each segment, flushed to memory pages or to the segment file as it fills.</summary>
internal sealed unsafe class SegmentBuffers : IDisposable
{
    /// <summary>Bytes behind a reservation that a writer may scribble on.</summary>
    public const int Slack = 32;

    private const int SmallestPage = 64 << 10;
    private const int LargestPage = 4 << 20;
    private const int SmallestBuffer = 512;
    private const int LargestBuffer = 64 << 10;

    private readonly int segments;
    private readonly int bufferLength;
    private readonly string filePath;
    private readonly BlockCompression compression;
    private readonly DataKey? key;
    private readonly bool durable;
    private readonly RetainedMemory? retained;
    private readonly NativeBuffer buffers;
    private readonly Cursor* cursors;
    private readonly List<BlockReference> blocks = [];
    private readonly List<NativeBuffer> pages = [];
    private SegmentFileWriter? file;
    private byte* pageNext;
    private byte* pageEnd;
    private bool pagesExhausted;

    public SegmentBuffers(int segments, EngineSettings settings, RetainedMemory? retained, string filePath)
    {
        this.segments = segments;
        this.filePath = filePath;
        this.retained = retained;
        compression = settings.Compression;
        key = settings.Key;
        durable = settings.Durable;
        bufferLength = (int)Math.Clamp(settings.TaskMemory / 4 / segments, SmallestBuffer, segments > 64 ? 16 << 10 : LargestBuffer) & ~63;
        pagesExhausted = retained is null;
        buffers = new NativeBuffer((long)segments * bufferLength);
        cursors = (Cursor*)NativeMemory.Alloc((nuint)segments, (nuint)sizeof(Cursor));
        for (var i = 0; i < segments; i++)
        {
            var start = buffers.Start + ((long)i * bufferLength);
            cursors[i] = new Cursor { Next = start, Limit = start + bufferLength - Slack };
        }
    }

    /// <summary>The bytes of finished blocks.</summary>
    public long FlushedBytes { get; private set; }

    /// <summary>Blocks written to the segment file rather than kept.</summary>
    public long SpilledBytes { get; private set; }

    /// <summary>What tells two outputs apart, once they are complete; null where some of it is in memory only, and nobody will ask.</summary>
    public ulong? Fingerprint { get; private set; }

    /// <summary>Room for <paramref name="length"/> bytes (and <see cref="Slack"/> to scribble on) at the end of a segment.</summary>
    /// <returns>Where to write, or null where a record of that length must go to <see cref="AppendLarge"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Reserve(int segment, int length)
    {
        var cursor = cursors + segment;
        return cursor->Limit - cursor->Next >= length ? cursor->Next : ReserveSlow(segment, length);
    }

    /// <summary>Ends the record that was written from the reserved address up to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Commit(int segment, byte* end) => cursors[segment].Next = end;

    /// <summary>Appends a record that is there already.</summary>
    public void Append(int segment, ReadOnlySpan<byte> record)
    {
        var target = Reserve(segment, record.Length);
        if (target == null)
        {
            AppendLarge(segment, record);
            return;
        }
        record.CopyTo(new Span<byte>(target, record.Length));
        Commit(segment, target + record.Length);
    }

    /// <summary>Appends a record too long for a buffer, as a block of its own.</summary>
    public void AppendLarge(int segment, ReadOnlySpan<byte> record)
    {
        Flush(segment);
        Keep(segment, record);
    }

    /// <summary>Flushes everything.</summary>
    /// <returns>The finished output, which owns the memory and the file.</returns>
    public MapOutput Complete()
    {
        for (var i = 0; i < segments; i++) Flush(i);
        // Where nothing may stay in memory somebody else will look for the file, were it empty.
        if (retained is null) file ??= new SegmentFileWriter(filePath, compression, key);
        file?.Complete(segments, durable);
        // It is journalled, and told to those who look at the job.
        Fingerprint = retained is null ? key?.Hide(file!.Fingerprint) ?? file!.Fingerprint : null;
        var output = new MapOutput(blocks, segments, [.. pages], retained, file?.FilePath);
        pages.Clear();
        file?.Dispose();
        file = null;
        return output;
    }

    public void Dispose()
    {
        NativeMemory.Free(cursors);
        buffers.Dispose();
        if (pages.Count > 0 || file is not null)
        {
            file?.Dispose();
            new MapOutput([], 0, pages, retained, file?.FilePath).Delete();
        }
    }

    private byte* ReserveSlow(int segment, int length)
    {
        if (length > bufferLength - Slack) return null;
        Flush(segment);
        return cursors[segment].Next;
    }

    private void Flush(int segment)
    {
        var start = buffers.Start + ((long)segment * bufferLength);
        var length = (int)(cursors[segment].Next - start);
        if (length == 0) return;
        Keep(segment, new ReadOnlySpan<byte>(start, length));
        cursors[segment].Next = start;
    }

    private void Keep(int segment, ReadOnlySpan<byte> raw)
    {
        FlushedBytes += raw.Length;
        if (pageEnd - pageNext < raw.Length && !TryAddPage(raw.Length))
        {
            file ??= new SegmentFileWriter(filePath, compression, key);
            SpilledBytes += raw.Length;
            blocks.Add(file.Append(segment, raw));
            return;
        }
        raw.CopyTo(new Span<byte>(pageNext, raw.Length));
        blocks.Add(new BlockReference(segment, 0, raw.Length, raw.Length, pageNext));
        pageNext += raw.Length;
    }

    private bool TryAddPage(int length)
    {
        // Pages grow with the output, so that many small tasks do not use up the budget with empty memory.
        var pageLength = Math.Max(length, Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)FlushedBytes), SmallestPage, LargestPage));
        if (pagesExhausted || !retained!.TryReserve(pageLength))
        {
            pagesExhausted = true;
            return false;
        }
        var page = new NativeBuffer(pageLength);
        pages.Add(page);
        pageNext = page.Start;
        pageEnd = page.Start + page.Length;
        return true;
    }

    private struct Cursor
    {
        public byte* Next;
        public byte* Limit;
    }
}
