using System.IO.Hashing;
using System.Runtime.CompilerServices;
using MapReduce.Sdk;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine.Output;

/// <summary>Writes one output file of one task attempt.</summary>
internal sealed class PartWriter<TKey, TValue> : IDisposable
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private const int FlushLength = 256 << 10;

    // A header, an empty block, and checksum and length of nothing.
    private static ReadOnlySpan<byte> EmptyGzip => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly OutputFormat<TKey, TValue> format;
    private readonly string name;
    private readonly string path;
    private readonly bool durable;
    private readonly ByteWriter buffer = new(FlushLength + (64 << 10));
    private readonly HashingFile file;
    private readonly Stream? compressor;
    private long rows;
    private long rowsKept;
    private int rowEnd;
    private int kept;
    private bool completed;

    public PartWriter(OutputNode<TKey, TValue> output, PartNumber part, string privatePath, bool durable)
    {
        format = output.Format;
        name = PartNames.Of(output.Target, part);
        path = privatePath;
        this.durable = durable;
        file = new HashingFile(privatePath);
        compressor = output.Target.Compression switch
        {
            OutputCompression.Gzip => new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true),
            OutputCompression.Zstandard => new ZstdSharp.CompressionStream(file, 3, leaveOpen: true),
            _ => null,
        };
    }

    /// <summary>Writes a row for good.</summary>
    public void Write(scoped TKey key, scoped TValue value)
    {
        Hold(key, value);
        if (buffer.Length >= FlushLength) Keep();
    }

    /// <summary>Writes a row that may be taken back until <see cref="Keep"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hold(scoped TKey key, scoped TValue value)
    {
        // What a row that threw has left goes with the next row, and not with the exception, which would cost every row a try block.
        if (buffer.Length != rowEnd) buffer.Truncate(rowEnd);
        format.Write(key, value, buffer);
        rowEnd = buffer.Length;
        rows++;
    }

    /// <summary>Keeps all rows written.</summary>
    public void Keep()
    {
        if (rowEnd >= FlushLength) Flush();
        (kept, rowsKept) = (rowEnd, rows);
    }

    /// <summary>Takes back the rows written since the last <see cref="Keep"/>.</summary>
    public void TakeBack() => (rowEnd, rows) = (kept, rowsKept);

    /// <summary>Where the next row begins.</summary>
    public (int End, long Rows) Mark => (rowEnd, rows);

    /// <summary>Takes back the rows from <paramref name="mark"/> on.</summary>
    public void TakeBackTo((int End, long Rows) mark) => (rowEnd, rows) = mark;

    /// <summary>Ends the file.</summary>
    public PartFile Complete()
    {
        Flush();
        compressor?.Dispose();
        // Of nothing, the platform's stream makes nothing, which no other program takes for gzip.
        if (file.Length == 0 && compressor is System.IO.Compression.GZipStream) file.Write(EmptyGzip);
        if (durable) file.FlushToDisk();
        completed = true;
        return new PartFile(name, path, file.Length, file.Hash(), rows);
    }

    /// <summary>Closes the file, and deletes it unless it was completed.</summary>
    public void Dispose()
    {
        if (!completed && compressor is not null)
        {
            try
            {
                compressor.Dispose();
            }
            catch (EngineException)
            {
                // The file is given up, and what went wrong with it has been thrown before.
            }
        }
        file.Dispose();
        if (!completed) File.Delete(path);
    }

    private void Flush()
    {
        var whole = buffer.Written[..rowEnd];
        if (compressor is null) file.Write(whole);
        else compressor.Write(whole);
        buffer.Clear();
        rowEnd = 0;
    }

    /// <summary>A new file that hashes what is written to it.</summary>
    private sealed class HashingFile(string path) : Stream
    {
        private readonly SafeFileHandle handle = EngineFiles.Create(path);
        private readonly XxHash128 hash = new();
        private long length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => length;

        public override long Position
        {
            get => length;
            set => throw new NotSupportedException();
        }

        public string Hash() => Convert.ToHexStringLower(hash.GetCurrentHash());

        public void FlushToDisk() => RandomAccess.FlushToDisk(handle);

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty) return;
            hash.Append(bytes);
            EngineFiles.Write(handle, bytes, length, path);
            length += bytes.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) handle.Dispose();
            base.Dispose(disposing);
        }
    }
}
