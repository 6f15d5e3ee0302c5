using System.Text;
using MapReduce.Engine.Shuffle;
using Xunit;

namespace MapReduce.Engine.Tests.Shuffle;

public sealed class SegmentFileTests : IDisposable
{
    private const int Segments = 3;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(BlockCompression.None)]
    [InlineData(BlockCompression.Lz4)]
    [InlineData(BlockCompression.Zstandard)]
    public void Blocks_come_back_as_they_were_written(BlockCompression compression)
    {
        var blocks = Write(compression);
        Assert.Equal(blocks, Read(folder["file"]));
    }

    [Theory]
    [InlineData(BlockCompression.None)]
    [InlineData(BlockCompression.Lz4)]
    [InlineData(BlockCompression.Zstandard)]
    public void No_changed_byte_passes_unnoticed(BlockCompression compression)
    {
        var blocks = Write(compression, small: true);
        var bytes = File.ReadAllBytes(folder["file"]);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x41;
            File.WriteAllBytes(folder["damaged"], damaged);
            try
            {
                // The three unused bytes of a block's header may hold anything.
                Assert.Equal(blocks, Read(folder["damaged"]));
            }
            catch (EngineException exception)
            {
                Assert.Equal(EngineError.CorruptData, exception.Error);
                Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
                continue;
            }
            Assert.Contains(i, UnusedBytes(bytes));
        }
    }

    [Fact]
    public void No_file_cut_short_passes_unnoticed()
    {
        Write(BlockCompression.Lz4, small: true);
        var bytes = File.ReadAllBytes(folder["file"]);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder["cut"], bytes.AsSpan(0, length));
            Assert.Equal(EngineError.CorruptData, Assert.Throws<EngineException>(() => Read(folder["cut"])).Error);
        }
    }

    [Fact]
    public void A_later_version_is_named()
    {
        Write(BlockCompression.None);
        using (var file = File.OpenWrite(folder["file"]))
        {
            file.Position = 4;
            file.WriteByte(9);
        }
        Assert.Contains("version 9", Assert.Throws<EngineException>(() => Read(folder["file"])).Message, StringComparison.Ordinal);
    }

    private static List<int> UnusedBytes(byte[] file)
    {
        using var copy = new TemporaryFolder();
        File.WriteAllBytes(copy["file"], file);
        using var reader = new SegmentFileReader(copy["file"]);
        return [.. reader.ReadIndex(out _).SelectMany(block => Enumerable.Range((int)block.FileOffset + 13, 3))];
    }

    private List<(int Segment, string Content)> Write(BlockCompression compression, bool small = false)
    {
        var blocks = new List<(int, string)>
        {
            (2, string.Concat(Enumerable.Repeat("some text that shrinks ", small ? 8 : 20_000))),
            (0, "short"),
            (1, Convert.ToBase64String(Enumerable.Range(0, small ? 60 : 3_000_000).Select(i => (byte)(i * i >> 3)).ToArray())),
            (0, "more"),
        };
        using var writer = new SegmentFileWriter(folder["file"], compression);
        foreach (var (segment, content) in blocks) writer.Append(segment, Encoding.ASCII.GetBytes(content));
        writer.Complete(Segments, durable: false);
        return blocks;
    }

    private static unsafe List<(int Segment, string Content)> Read(string path)
    {
        using var source = new BlockSource();
        var index = source.Open(path).ReadIndex(out var segments);
        Assert.Equal(Segments, segments);
        var blocks = new List<(int, string)>();
        foreach (var block in index)
        {
            var start = source.ReadFile(path, block, out var length);
            blocks.Add((block.Segment, Encoding.ASCII.GetString(new ReadOnlySpan<byte>(start, length))));
        }
        return blocks;
    }
}
