using System.Buffers.Binary;
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
    private readonly BlockCipher? cipher;
    private readonly BlockNumbers? numbers;
    private NativeBuffer? encrypted;
    private int staged;
    private long flushed;
    private long saved;

    /// <param name="path">The file.</param>
    /// <param name="compression">How blocks are compressed.</param>
    /// <param name="key">The job's key; null where blocks are not encrypted.</param>
    public SegmentFileWriter(string path, BlockCompression compression, DataKey? key = null)
    {
        FilePath = path;
        this.compression = compression;
        file = EngineFiles.Create(path);
        var header = SegmentFile.Header(path, key, out cipher);
        numbers = cipher is null ? null : new BlockNumbers();
        Write(header);
        saved = SegmentFile.HeaderLength - header.Length;
    }

    public string FilePath { get; }

    /// <summary>The sum of the hashes of the raw blocks: the same for the same records in each segment, in whatever order the segments' buffers filled up.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>The bytes written so far.</summary>
    public long Length => flushed + staged;

    /// <summary>What they would be without compression and encryption. Plans follow from this, because a setting may not change them.</summary>
    public long RawLength => Length + saved;

    /// <summary>Appends a block of whole records.</summary>
    /// <returns>Where it is.</returns>
    public BlockReference Append(int segment, ReadOnlySpan<byte> raw)
    {
        var packed = codec.Compress(raw, compression, out var used);
        var number = numbers?.Next(segment) ?? 0;
        Span<byte> header = stackalloc byte[SegmentFile.BlockHeaderLength];
        SegmentFile.WriteBlockHeader(header, packed.Length + (cipher is null ? 0 : BlockCipher.TagLength), raw.Length, segment, used);
        var stored = cipher is null ? packed : Encrypt(cipher, segment, number, header[..SegmentFile.BoundHeaderLength], packed);
        var block = new BlockReference(segment, Length, stored.Length, raw.Length, null, number);
        var checksum = XxHash3.HashToUInt64(stored, segment);
        BinaryPrimitives.WriteUInt64LittleEndian(header[SegmentFile.BoundHeaderLength..], checksum);
        // What a compressor makes of the bytes may differ from one machine to the next, and what a cipher does from one file to the next; the bytes may not.
        Fingerprint += used == BlockCompression.None && cipher is null ? checksum : XxHash3.HashToUInt64(raw, segment);
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
        encrypted?.Dispose();
        cipher?.Dispose();
    }

    private ReadOnlySpan<byte> Encrypt(BlockCipher with, int segment, int number, ReadOnlySpan<byte> header, ReadOnlySpan<byte> packed)
    {
        var target = new Span<byte>(NativeBuffer.Ensure(ref encrypted, packed.Length + BlockCipher.TagLength), packed.Length + BlockCipher.TagLength);
        with.Encrypt(segment, number, header, packed, target);
        return target;
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
