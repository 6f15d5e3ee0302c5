using System.Buffers.Binary;
using System.IO.Hashing;

namespace MapReduce.Engine.Shuffle;

// A segment file holds the blocks of many segments in the order in which they filled up, and an index behind them.
// All integers are little-endian.
//
//   offset  bytes
//   0       4       magic "MRSF"
//   4       4       version: 1, or 2 where the blocks are encrypted
//   8       48      in version 2 only: 32 random bytes, 16 bytes that prove the key; see BlockCipher
//   8, 56   …       blocks, one after another:
//                     0   4   length of the stored bytes
//                     4   4   length of the raw bytes
//                     8   4   segment
//                     12  1   compression: 0 none, 1 LZ4 block, 2 Zstandard frame
//                     13  3   zero
//                     16  8   XXH3-64 of the stored bytes, seeded with the segment
//                     24  …   the stored bytes: in version 2 the encrypted ones, compressed before that, and 16 bytes tag
//   index   16 × n  an entry a block, in the order of the file: 8 offset of the block, 4 segment, 4 length of the stored bytes
//   footer  24      8 offset of the index, 4 number of blocks, 4 number of segments, 8 XXH3-64 of index and the 16 bytes before
//
// Encrypted is AES-256-GCM. The key is made by HKDF from the job's key, the random bytes and the name of the file, which names the attempt; the nonce is the segment and the number of the block in it;
// bytes 0 to 15 of its header are associated data. A bit that is flipped, a block in another place, another file under this name and another key are each found by whoever has the key; those who have none compare
// checksums, which are of the encrypted bytes. What goes unnoticed is that somebody takes away the last blocks of a segment, and mends index and checksum: this keeps secrets, and is no signature.
//
// What is inside a raw block belongs to the writer: see FoldRecord and PairRecord. A record never crosses blocks.

/// <summary>Sizes and constants of the segment file format, which is described at the top of this file.</summary>
internal static class SegmentFile
{
    public const int Version = 1;
    public const int EncryptedVersion = 2;
    public const int HeaderLength = 8;
    public const int EncryptedHeaderLength = HeaderLength + BlockCipher.HeaderLength;
    public const int BlockHeaderLength = 24;

    /// <summary>The part of a block's header before the checksum.</summary>
    public const int BoundHeaderLength = 16;
    public const int IndexEntryLength = 16;
    public const int FooterLength = 24;

    public static ReadOnlySpan<byte> Magic => "MRSF"u8;

    /// <summary>The header of a new file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The job's key; null where blocks are not encrypted.</param>
    /// <param name="cipher">Encrypts its blocks, where they are.</param>
    public static byte[] Header(string path, DataKey? key, out BlockCipher? cipher)
    {
        var header = new byte[key is null ? HeaderLength : EncryptedHeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), key is null ? Version : EncryptedVersion);
        cipher = key is null ? null : BlockCipher.OfNew(key, path, header.AsSpan(HeaderLength));
        return header;
    }

    /// <summary>The index and the footer of a file.</summary>
    /// <param name="blocks">The blocks in the order of the file.</param>
    /// <param name="offset">Where the index begins.</param>
    /// <param name="segments">The number of segments.</param>
    public static byte[] Index(IReadOnlyList<BlockReference> blocks, long offset, int segments)
    {
        var index = new byte[(blocks.Count * IndexEntryLength) + FooterLength];
        var target = index.AsSpan();
        foreach (var block in blocks)
        {
            BinaryPrimitives.WriteInt64LittleEndian(target, block.FileOffset);
            BinaryPrimitives.WriteInt32LittleEndian(target[8..], block.Segment);
            BinaryPrimitives.WriteInt32LittleEndian(target[12..], block.StoredLength);
            target = target[IndexEntryLength..];
        }
        BinaryPrimitives.WriteInt64LittleEndian(target, offset);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], blocks.Count);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], segments);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], XxHash3.HashToUInt64(index.AsSpan(0, index.Length - 8)));
        return index;
    }

    /// <summary>Writes the header of a block up to its checksum.</summary>
    public static void WriteBlockHeader(Span<byte> target, int stored, int raw, int segment, BlockCompression compression)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, stored);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], raw);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], segment);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], (byte)compression);
    }
}
