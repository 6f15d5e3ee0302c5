using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using MapReduce.Fuzz.Cases;

namespace MapReduce.Fuzz.Inputs;

/// <summary>Compresses files in all the ways that are read.</summary>
internal static class Packer
{
    /// <summary>Whether damage to any bit of the content shows, or the packing says nothing of it.</summary>
    public static bool HasChecksums(Packing packing) => packing is Packing.Gzip or Packing.GzipMembers or Packing.GzipHeader or Packing.GzipStored or Packing.GzipPadded
        or Packing.ZstandardChecksum or Packing.ZstandardFrames or Packing.ZstandardSkippable;

    /// <summary>Compresses a content.</summary>
    /// <returns>The bytes, and where the last member or frame begins.</returns>
    public static (byte[] Bytes, int LastUnit) Pack(byte[] plain, Packing packing) => packing switch
    {
        Packing.Plain => (plain, 0),
        Packing.Gzip => (Gzip(plain), 0),
        Packing.GzipHeader => (WithHeader(plain), 0),
        Packing.GzipStored => (Stored(plain), 0),
        Packing.GzipMembers => Units(plain, Gzip, []),
        Packing.GzipPadded => ([.. Gzip(plain), .. new byte[37]], 0),
        Packing.Zstandard => (Zstandard(plain, checksum: false), 0),
        Packing.ZstandardChecksum => (Zstandard(plain, checksum: true), 0),
        Packing.ZstandardRaw => (RawFrame(plain), 0),
        Packing.ZstandardFrames => Units(plain, part => Zstandard(part, checksum: true), []),
        _ => Units(plain, part => Zstandard(part, checksum: true), Skippable()),
    };

    /// <summary>Cuts a content into three, the middle one empty, and packs each for itself.</summary>
    private static (byte[] Bytes, int LastUnit) Units(byte[] plain, Func<byte[], byte[]> pack, byte[] before)
    {
        var cut = plain.Length / 3;
        byte[] first = [.. before, .. pack(plain[..cut]), .. before, .. pack([]), .. before];
        return ([.. first, .. pack(plain[cut..])], first.Length);
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        // Of nothing, the platform's stream makes nothing.
        if (plain.Length == 0) return [.. Header(0), .. Trailer([3, 0], plain)];
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(plain);
        return packed.ToArray();
    }

    private static byte[] WithHeader(byte[] plain)
    {
        const byte AllFields = 0x1F;
        byte[] header = [.. Header(AllFields), 5, 0, (byte)'e', (byte)'x', 1, 0, 7, .. "name"u8, 0, .. "a comment"u8, 0];
        var checksum = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(checksum, (ushort)Crc32.HashToUInt32(header));
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(plain);
        return [.. header, .. checksum, .. Trailer(plain.Length == 0 ? [3, 0] : packed.ToArray(), plain)];
    }

    private static byte[] Stored(byte[] plain)
    {
        const int Block = 10_000;
        var blocks = new List<byte>();
        for (var start = 0; start == 0 || start < plain.Length; start += Block)
        {
            var part = plain[start..Math.Min(plain.Length, start + Block)];
            var length = (ushort)part.Length;
            blocks.AddRange([start + Block >= plain.Length ? (byte)1 : (byte)0, (byte)length, (byte)(length >> 8), (byte)~length, (byte)(~length >> 8), .. part]);
        }
        return [.. Header(0), .. Trailer([.. blocks], plain)];
    }

    private static byte[] Header(byte flags) => [0x1F, 0x8B, 8, flags, 1, 2, 3, 4, 0, 3];

    private static byte[] Trailer(byte[] deflated, byte[] plain)
    {
        var trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.HashToUInt32(plain));
        BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(4), plain.Length);
        return [.. deflated, .. trailer];
    }

    private static byte[] Zstandard(byte[] plain, bool checksum)
    {
        using var compressor = new ZstdSharp.Compressor(plain.Length % 5 + 1);
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, checksum ? 1 : 0);
        return compressor.Wrap(plain).ToArray();
    }

    /// <summary>A frame that is skipped.</summary>
    private static byte[] Skippable() => [0x57, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];

    /// <summary>A frame by hand: a window, no length, no checksum, blocks as they are and a block of one byte again and again.</summary>
    private static byte[] RawFrame(byte[] plain)
    {
        const int Block = 1000;
        const int Raw = 0;
        const int Repeated = 1;
        var frame = new List<byte> { 0x28, 0xB5, 0x2F, 0xFD, 0, 0x58 };
        for (var start = 0; start == 0 || start < plain.Length; start += Block)
        {
            var part = plain[start..Math.Min(plain.Length, start + Block)];
            var isRepeated = part.Length > 1 && part.AsSpan().IndexOfAnyExcept(part[0]) < 0;
            var header = (start + Block >= plain.Length ? 1 : 0) | ((isRepeated ? Repeated : Raw) << 1) | (part.Length << 3);
            frame.AddRange([(byte)header, (byte)(header >> 8), (byte)(header >> 16), .. isRepeated ? part[..1] : part]);
        }
        return [.. frame];
    }
}
