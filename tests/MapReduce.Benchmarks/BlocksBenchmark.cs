using BenchmarkDotNet.Attributes;
using MapReduce.Engine;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Benchmarks;

/// <summary>Writing and reading back 64 MiB of blocks of text, by compression, plain and encrypted.</summary>
public unsafe class BlocksBenchmark
{
    private const int Blocks = 1024;

    private readonly byte[] block = Words.Text(20_000, (byte)' ').AsSpan(0, 64 << 10).ToArray();
    private readonly string path = Path.Combine(Path.GetTempPath(), $"blocks-{Guid.NewGuid():n}");

    [Params(BlockCompression.None, BlockCompression.Lz4, BlockCompression.Zstandard)]
    public BlockCompression Compression { get; set; }

    [Params(false, true)]
    public bool Encrypted { get; set; }

    [Benchmark]
    public long WriteAndRead()
    {
        var key = Encrypted ? DataKey.Random() : null;
        using (var writer = new SegmentFileWriter(path, Compression, key))
        {
            for (var i = 0; i < Blocks; i++) writer.Append(i % 8, block);
            writer.Complete(8, durable: false);
        }
        using var source = new BlockSource(key);
        var length = 0L;
        foreach (var reference in source.Open(path).ReadIndex(out _))
        {
            source.ReadFile(path, reference, out var raw);
            length += raw;
        }
        return length;
    }

    [GlobalCleanup]
    public void Delete() => File.Delete(path);
}
