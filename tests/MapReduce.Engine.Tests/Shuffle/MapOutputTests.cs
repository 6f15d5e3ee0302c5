using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using Xunit;

namespace MapReduce.Engine.Tests.Shuffle;

/// <summary>To be done with a map output and to delete it are two things: its file may belong to somebody else.</summary>
public sealed class MapOutputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Who_has_read_a_file_leaves_it_and_who_made_it_deletes_it()
    {
        using (var writer = new SegmentFileWriter(folder["output"], BlockCompression.None))
        {
            writer.Append(0, "records"u8);
            writer.Complete(1, durable: false);
        }
        using (var read = MapOutput.Open(folder["output"])) Assert.Equal(7, read.StoredBytes);
        Assert.True(File.Exists(folder["output"]));
        using var made = MapOutput.Open(folder["output"]);
        made.Delete();
        Assert.False(File.Exists(folder["output"]));
    }

    [Fact]
    public void Memory_is_given_back_once_either_way()
    {
        var retained = new RetainedMemory(1 << 20);
        foreach (var end in (Action<MapOutput>[])[output => output.Dispose(), output => output.Delete()])
        {
            Assert.True(retained.TryReserve(1 << 20));
            var output = new MapOutput([], 1, [new NativeBuffer(1 << 20)], retained, null);
            end(output);
            output.Dispose();
            Assert.True(retained.TryReserve(1 << 20));
            Assert.False(retained.TryReserve(1));
            retained.Release(1 << 20);
        }
    }
}
