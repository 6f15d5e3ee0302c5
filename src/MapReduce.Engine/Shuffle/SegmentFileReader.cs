using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine.Shuffle;

/// <summary>Reads blocks of a segment file and checks them.</summary>
internal sealed class SegmentFileReader : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly BlockCipher? cipher;
    private byte[]? header;

    /// <param name="path">The file.</param>
    /// <param name="key">The job's key, with which the file must be encrypted; null for a file that is not, or whose blocks are not looked into.</param>
    public SegmentFileReader(string path, DataKey? key = null)
    {
        FilePath = path;
        file = EngineFiles.Open(path);
        if (key is null) return;
        try
        {
            cipher = Cipher(key);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public string FilePath { get; }

    /// <summary>The beginning of the file, which shares of it have as well.</summary>
    public byte[] Header => header ??= ReadFileHeader();

    /// <summary>Whether the blocks of the file are encrypted.</summary>
    public bool IsEncrypted => Header.Length > SegmentFile.HeaderLength;

    /// <summary>Whether they can be decrypted here.</summary>
    public bool IsDecrypting => cipher is not null;

    /// <summary>Reads the index of a complete file.</summary>
    /// <param name="segments">The number of segments.</param>
    /// <returns>The blocks in the order of the file; their raw lengths are not known yet and given as -1.</returns>
    public List<BlockReference> ReadIndex(out int segments)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> footer = stackalloc byte[SegmentFile.FooterLength];
        if (length < Header.Length + SegmentFile.FooterLength || EngineFiles.Read(file, footer, length - footer.Length, FilePath) != footer.Length) throw CutShort();
        var offset = BinaryPrimitives.ReadInt64LittleEndian(footer);
        var count = BinaryPrimitives.ReadInt32LittleEndian(footer[8..]);
        segments = BinaryPrimitives.ReadInt32LittleEndian(footer[12..]);
        if (offset < Header.Length || count < 0 || offset + ((long)count * SegmentFile.IndexEntryLength) + footer.Length != length) throw Corrupt("its index does not fit its length");
        var index = new byte[(count * SegmentFile.IndexEntryLength) + footer.Length];
        if (EngineFiles.Read(file, index, offset, FilePath) != index.Length
            || XxHash3.HashToUInt64(index.AsSpan(0, index.Length - 8)) != BinaryPrimitives.ReadUInt64LittleEndian(footer[16..])) throw Corrupt("the checksum of its index is wrong");
        return ParseIndex(index, count, IsEncrypted ? new BlockNumbers() : null);
    }

    /// <summary>Reads the header of a block, which says how large it is.</summary>
    public (int Stored, int Raw, BlockCompression Compression, ulong Checksum) ReadHeader(long offset, int segment)
    {
        Span<byte> header = stackalloc byte[SegmentFile.BlockHeaderLength];
        if (EngineFiles.Read(file, header, offset, FilePath) != header.Length) throw Corrupt($"the block at offset {offset} is cut short");
        if (BinaryPrimitives.ReadInt32LittleEndian(header[8..]) != segment) throw Corrupt($"the block at offset {offset} belongs to another segment");
        var stored = BinaryPrimitives.ReadInt32LittleEndian(header);
        var raw = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        if (stored < 0 || raw < 0) throw Corrupt($"the block at offset {offset} has a negative length");
        return (stored, raw, (BlockCompression)header[12], BinaryPrimitives.ReadUInt64LittleEndian(header[16..]));
    }

    /// <summary>Reads and checks the stored bytes of a block.</summary>
    public void ReadStored(long offset, int segment, ulong checksum, Span<byte> target)
    {
        if (EngineFiles.Read(file, target, offset + SegmentFile.BlockHeaderLength, FilePath) != target.Length) throw Corrupt($"the block at offset {offset} is cut short");
        if (XxHash3.HashToUInt64(target, segment) != checksum) throw Corrupt($"the checksum of the block at offset {offset} is wrong");
    }

    /// <summary>Decrypts the stored bytes of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="raw">Its raw length as its header says.</param>
    /// <param name="compression">Its compression, likewise.</param>
    /// <param name="stored">The bytes.</param>
    /// <param name="plain">Takes them decrypted.</param>
    public void Decrypt(in BlockReference block, int raw, BlockCompression compression, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        Span<byte> bound = stackalloc byte[SegmentFile.BoundHeaderLength];
        SegmentFile.WriteBlockHeader(bound, stored.Length, raw, block.Segment, compression);
        if (stored.Length < BlockCipher.TagLength || !cipher!.TryDecrypt(block.Segment, block.Number, bound, stored, plain)) throw Corrupt($"the block at offset {block.FileOffset} was changed, or belongs in another place");
    }

    public EngineException Corrupt(string what) => new(EngineError.CorruptData,
        $"Intermediate data cannot be trusted: '{FilePath}': {what}. The disk may be failing; the task that wrote it must run again.")
    { File = FilePath };

    public void Dispose()
    {
        file.Dispose();
        cipher?.Dispose();
    }

    private BlockCipher Cipher(DataKey key)
    {
        if (!IsEncrypted) throw Corrupt("it is not encrypted, as the files of this job are");
        return BlockCipher.Of(key, FilePath, Header.AsSpan(SegmentFile.HeaderLength)) ?? throw Corrupt("it is encrypted with another key than this job's, or is another file under this name");
    }

    private byte[] ReadFileHeader()
    {
        var read = new byte[SegmentFile.EncryptedHeaderLength];
        var length = EngineFiles.Read(file, read, 0, FilePath);
        if (length < SegmentFile.HeaderLength || !read.AsSpan(0, SegmentFile.Magic.Length).SequenceEqual(SegmentFile.Magic)) throw CutShort();
        var version = BinaryPrimitives.ReadInt32LittleEndian(read.AsSpan(SegmentFile.Magic.Length));
        return version switch
        {
            SegmentFile.Version => read[..SegmentFile.HeaderLength],
            SegmentFile.EncryptedVersion => length == read.Length ? read : throw CutShort(),
            _ => throw Corrupt($"it has format version {version}, and this program reads version {SegmentFile.EncryptedVersion}"),
        };
    }

    private EngineException CutShort() => Corrupt("it is cut short or is no segment file");

    private static List<BlockReference> ParseIndex(ReadOnlySpan<byte> index, int count, BlockNumbers? numbers)
    {
        var blocks = new List<BlockReference>(count);
        for (var i = 0; i < count; i++)
        {
            var entry = index[(i * SegmentFile.IndexEntryLength)..];
            var segment = BinaryPrimitives.ReadInt32LittleEndian(entry[8..]);
            blocks.Add(new BlockReference(segment, BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[12..]), numbers?.Next(segment) ?? 0));
        }
        return blocks;
    }
}
