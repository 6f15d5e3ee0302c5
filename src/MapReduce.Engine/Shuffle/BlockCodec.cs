using K4os.Compression.LZ4;
using MapReduce.Engine.Memory;

namespace MapReduce.Engine.Shuffle;

/// <summary>Compresses and restores blocks. One instance serves one thread.</summary>
internal sealed unsafe class BlockCodec : IDisposable
{
    private ZstdSharp.Compressor? compressor;
    private ZstdSharp.Decompressor? decompressor;
    private NativeBuffer? buffer;

    /// <summary>Compresses <paramref name="raw"/>.</summary>
    /// <returns>The stored bytes, valid until the next call, with the compression they really have: a block that does not shrink is stored raw.</returns>
    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> raw, BlockCompression wanted, out BlockCompression used)
    {
        used = BlockCompression.None;
        if (wanted == BlockCompression.None || raw.Length < 64) return raw;
        var room = wanted == BlockCompression.Lz4 ? LZ4Codec.MaximumOutputSize(raw.Length) : ZstdSharp.Compressor.GetCompressBound(raw.Length);
        var target = Buffer(room);
        var length = wanted == BlockCompression.Lz4
            ? LZ4Codec.Encode(raw, target)
            : (compressor ??= new ZstdSharp.Compressor(1)).Wrap(raw, target);
        if (length <= 0 || length >= raw.Length) return raw;
        used = wanted;
        return target[..length];
    }

    /// <summary>Restores <paramref name="stored"/> into exactly <paramref name="raw"/>.</summary>
    /// <returns>Whether the stored bytes could be understood.</returns>
    public bool TryRestore(ReadOnlySpan<byte> stored, BlockCompression compression, Span<byte> raw)
    {
        try
        {
            return compression switch
            {
                BlockCompression.Lz4 => LZ4Codec.Decode(stored, raw) == raw.Length,
                BlockCompression.Zstandard => (decompressor ??= new ZstdSharp.Decompressor()).Unwrap(stored, raw) == raw.Length,
                _ => false,
            };
        }
        catch (ZstdSharp.ZstdException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        compressor?.Dispose();
        decompressor?.Dispose();
        buffer?.Dispose();
    }

    private Span<byte> Buffer(int length)
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            buffer = new NativeBuffer(length);
        }
        return new Span<byte>(buffer.Start, length);
    }
}
