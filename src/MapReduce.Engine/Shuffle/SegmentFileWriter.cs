using System.IO.Hashing;
using MapReduce.Engine.Memory;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine.Shuffle;

/// <summary>Writes a segment file block by block.</summary>
internal sealed unsafe class SegmentFileWriter : IDisposable
{
    private const int StagingLength = 1 << 20;

    private readonly BlockCompression compression;
    private readonly BlockCodec codec = new();
    private readonly NativeBuffer staging = new(StagingLength);
    private readonly List<BlockReference> blocks = [];
    private readonly SafeFileHandle file;
    private int staged;
    private long flushed;
    private long saved;

    public SegmentFileWriter(string path, BlockCompression compression)
    {
        FilePath = path;
        this.compression = compression;
        file = EngineFiles.Create(path);
        SegmentFile.WriteHeader(new Span<byte>(staging.Start, SegmentFile.HeaderLength));
        staged = SegmentFile.HeaderLength;
    }

    public string FilePath { get; }

    /// <summary>The sum of the hashes of the raw blocks: the same for the same records in each segment, in whatever order the segments' buffers filled up.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>The bytes written so far.</summary>
    public long Length => flushed + staged;

    /// <summary>What they would be without compression. Plans follow from this, because a setting may not change them.</summary>
    public long RawLength => Length + saved;

    /// <summary>Appends a block of whole records.</summary>
    /// <returns>Where it is.</returns>
    public BlockReference Append(int segment, ReadOnlySpan<byte> raw)
    {
        var stored = codec.Compress(raw, compression, out var used);
        var block = new BlockReference(segment, Length, stored.Length, raw.Length, null);
        Span<byte> header = stackalloc byte[SegmentFile.BlockHeaderLength];
        var checksum = XxHash3.HashToUInt64(stored, segment);
        SegmentFile.WriteBlockHeader(header, stored.Length, raw.Length, segment, used, checksum);
        // What a compressor makes of the bytes may differ from one machine to the next; the bytes may not.
        Fingerprint += used == BlockCompression.None ? checksum : XxHash3.HashToUInt64(raw, segment);
        saved += raw.Length - stored.Length;
        Write(header);
        Write(stored);
        blocks.Add(block);
        return block;
    }

    /// <summary>Writes the index; the file is then complete.</summary>
    public void Complete(int segments, bool durable)
    {
        var index = SegmentFile.Index(blocks, Length, segments);
        Write(index);
        Flush();
        if (durable) RandomAccess.FlushToDisk(file);
    }

    public void Dispose()
    {
        file.Dispose();
        staging.Dispose();
        codec.Dispose();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > StagingLength - staged) Flush();
        if (bytes.Length > StagingLength)
        {
            EngineFiles.Write(file, bytes, flushed, FilePath);
            flushed += bytes.Length;
            return;
        }
        bytes.CopyTo(new Span<byte>(staging.Start + staged, bytes.Length));
        staged += bytes.Length;
    }

    private void Flush()
    {
        if (staged == 0) return;
        EngineFiles.Write(file, new ReadOnlySpan<byte>(staging.Start, staged), flushed, FilePath);
        flushed += staged;
        staged = 0;
    }
}
