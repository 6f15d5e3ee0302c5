using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine.Shuffle;

/// <summary>Reads blocks of a segment file and checks them.</summary>
internal sealed class SegmentFileReader : IDisposable
{
    private readonly SafeFileHandle file;

    public SegmentFileReader(string path)
    {
        FilePath = path;
        file = EngineFiles.Open(path);
    }

    public string FilePath { get; }

    /// <summary>Reads the index of a complete file.</summary>
    /// <param name="segments">The number of segments.</param>
    /// <returns>The blocks in the order of the file; their raw lengths are not known yet and given as -1.</returns>
    public List<BlockReference> ReadIndex(out int segments)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> header = stackalloc byte[SegmentFile.HeaderLength];
        Span<byte> footer = stackalloc byte[SegmentFile.FooterLength];
        if (length < SegmentFile.HeaderLength + SegmentFile.FooterLength
            || EngineFiles.Read(file, header, 0, FilePath) != header.Length
            || !header[..4].SequenceEqual(SegmentFile.Magic)
            || EngineFiles.Read(file, footer, length - footer.Length, FilePath) != footer.Length) throw Corrupt("it is cut short or is no segment file");
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        if (version != SegmentFile.Version) throw Corrupt($"it has format version {version}, and this program reads version {SegmentFile.Version}");
        var offset = BinaryPrimitives.ReadInt64LittleEndian(footer);
        var count = BinaryPrimitives.ReadInt32LittleEndian(footer[8..]);
        segments = BinaryPrimitives.ReadInt32LittleEndian(footer[12..]);
        if (offset < SegmentFile.HeaderLength || count < 0 || offset + ((long)count * SegmentFile.IndexEntryLength) + footer.Length != length) throw Corrupt("its index does not fit its length");
        var index = new byte[(count * SegmentFile.IndexEntryLength) + footer.Length];
        if (EngineFiles.Read(file, index, offset, FilePath) != index.Length
            || XxHash3.HashToUInt64(index.AsSpan(0, index.Length - 8)) != BinaryPrimitives.ReadUInt64LittleEndian(footer[16..])) throw Corrupt("the checksum of its index is wrong");
        return ParseIndex(index, count);
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

    public EngineException Corrupt(string what) => new(EngineError.CorruptData,
        $"Intermediate data cannot be trusted: '{FilePath}': {what}. The disk may be failing; the task that wrote it must run again.")
    { File = FilePath };

    public void Dispose() => file.Dispose();

    private static List<BlockReference> ParseIndex(ReadOnlySpan<byte> index, int count)
    {
        var blocks = new List<BlockReference>(count);
        for (var i = 0; i < count; i++)
        {
            var entry = index[(i * SegmentFile.IndexEntryLength)..];
            blocks.Add(new BlockReference(BinaryPrimitives.ReadInt32LittleEndian(entry[8..]), BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[12..])));
        }
        return blocks;
    }
}
