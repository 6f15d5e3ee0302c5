using System.Text;
using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using Xunit;

namespace MapReduce.Engine.Tests.Shuffle;

public sealed unsafe class BlockMemoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)] // everything in the file
    [InlineData(100_000)] // a part of it in memory
    [InlineData(100_000_000)] // everything in memory
    public void Segments_hold_their_records_in_order_wherever_the_blocks_are(long budget)
    {
        var retained = new RetainedMemory(budget);
        var settings = new EngineSettings { ScratchFolder = folder.Path, TaskMemory = 64 << 10, Compression = BlockCompression.Lz4 };
        using var buffers = new SegmentBuffers(3, settings, retained, folder["map"]);
        var expected = new StringBuilder[3];
        for (var i = 0; i < 3; i++) expected[i] = new StringBuilder();
        for (var i = 0; i < 60_000; i++)
        {
            // Now and then a record is too long for any buffer.
            var record = i % 10_000 == 9_999 ? new string('x', 200_000) : $"record {i};";
            expected[i % 3].Append(record);
            buffers.Append(i % 3, Encoding.ASCII.GetBytes(record));
        }
        using (var output = buffers.Complete())
        {
            Assert.Equal(budget < 1_000_000, File.Exists(folder["map"]));
            for (var segment = 0; segment < 3; segment++) Assert.Equal(expected[segment].ToString(), Content(output, segment));
            output.Delete();
        }
        Assert.False(File.Exists(folder["map"]));
        // All of the budget is free again.
        Assert.True(retained.TryReserve(budget));
    }

    private static string Content(MapOutput output, int segment)
    {
        using var source = new BlockSource();
        var content = new StringBuilder();
        foreach (ref readonly var block in output.Blocks(segment))
        {
            var start = source.Read(output, block, out var length);
            content.Append(Encoding.ASCII.GetString(new ReadOnlySpan<byte>(start, length)));
        }
        return content.ToString();
    }
}
