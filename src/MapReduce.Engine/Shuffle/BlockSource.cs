using MapReduce.Engine.Memory;

namespace MapReduce.Engine.Shuffle;

/// <summary>Gives the raw bytes of blocks, wherever they are. One instance serves one thread.</summary>
/// <remarks>One file is open at a time, the last one read from: a reduce task reads the outputs of all maps, one after another, and there may be more of them than files may be open.</remarks>
internal sealed unsafe class BlockSource : IDisposable
{
    private readonly DataKey? key;
    private readonly BlockCodec codec = new();
    private SegmentFileReader? file;
    private NativeBuffer? stored;
    private NativeBuffer? decrypted;
    private NativeBuffer? raw;

    /// <param name="key">The job's key; null where files are not encrypted, or are only checked.</param>
    public BlockSource(DataKey? key = null) => this.key = key;

    /// <summary>The bytes read from files.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The raw bytes of a block: valid as long as the output for a block in memory, else until the next call.</summary>
    public byte* Read(MapOutput output, in BlockReference block, out int length)
    {
        if (block.Memory != null)
        {
            length = block.RawLength;
            return block.Memory;
        }
        return ReadFile(output.FilePath!, block, out length);
    }

    /// <summary>The raw bytes of a block of a file, valid until the next call.</summary>
    public byte* ReadFile(string path, in BlockReference block, out int length)
    {
        var reader = Open(path);
        var target = ReadStored(reader, block, out var rawLength, out var compression);
        BytesRead += block.StoredLength;
        length = rawLength;
        var packedLength = block.StoredLength;
        if (reader.IsEncrypted && !reader.IsDecrypting) throw reader.Corrupt("it is encrypted, and the job that reads it is not");
        if (reader.IsDecrypting)
        {
            packedLength = Math.Max(0, block.StoredLength - BlockCipher.TagLength);
            var plain = NativeBuffer.Ensure(ref decrypted, packedLength);
            reader.Decrypt(block, rawLength, compression, new ReadOnlySpan<byte>(target, block.StoredLength), new Span<byte>(plain, packedLength));
            target = plain;
        }
        if (compression == BlockCompression.None)
        {
            if (rawLength != packedLength) throw reader.Corrupt($"the block at offset {block.FileOffset} contradicts itself");
            return target;
        }
        var result = NativeBuffer.Ensure(ref raw, rawLength);
        if (!codec.TryRestore(new ReadOnlySpan<byte>(target, packedLength), compression, new Span<byte>(result, rawLength)))
            throw reader.Corrupt($"the block at offset {block.FileOffset} cannot be decompressed");
        return result;
    }

    /// <summary>Checks a block of a file as far as that is possible: of an encrypted one without its key the checksum.</summary>
    public void Check(string path, in BlockReference block)
    {
        var reader = Open(path);
        if (reader.IsEncrypted && !reader.IsDecrypting) ReadStored(reader, block, out _, out _);
        else ReadFile(path, block, out _);
    }

    /// <summary>The reader of a file, valid until another file is read.</summary>
    public SegmentFileReader Open(string path)
    {
        if (file?.FilePath == path) return file;
        file?.Dispose();
        // Where that fails nothing is open.
        file = null;
        return file = new SegmentFileReader(path, key);
    }

    public void Dispose()
    {
        file?.Dispose();
        stored?.Dispose();
        decrypted?.Dispose();
        raw?.Dispose();
        codec.Dispose();
    }

    /// <summary>Reads a block as it is stored, and checks it against its index and its checksum.</summary>
    private byte* ReadStored(SegmentFileReader reader, in BlockReference block, out int rawLength, out BlockCompression compression)
    {
        (var storedLength, rawLength, compression, var checksum) = reader.ReadHeader(block.FileOffset, block.Segment);
        if (storedLength != block.StoredLength) throw reader.Corrupt($"the block at offset {block.FileOffset} has another length than its index says");
        var target = NativeBuffer.Ensure(ref stored, storedLength);
        reader.ReadStored(block.FileOffset, block.Segment, checksum, new Span<byte>(target, storedLength));
        return target;
    }
}
