using System.Buffers.Binary;
using MapReduce.Protocol;
using MapReduce.Engine;
using MapReduce.Worker.Segments;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>Shares of map outputs that come over the network, and who is to blame when they do not.</summary>
public sealed class ShareTests : IDisposable
{
    private const string Holder = "http://holder/";
    private static readonly AttemptId Map = new(new TaskId(0, TaskKind.Map, 3), 0);
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_share_is_written_to_its_file()
    {
        var bytes = Enumerable.Range(0, 600_000).Select(index => (byte)index).ToArray();
        Assert.Equal(bytes.Length, await ReadAsync("share", bytes.Length, bytes));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(folder, "share")));
    }

    [Theory]
    [InlineData(-1, "has no output")]
    [InlineData(-2, "is damaged")]
    public async Task A_holder_without_the_output_is_to_blame(long length, string said)
        => Assert.Contains(said, (await Assert.ThrowsAsync<FetchException>(() => ReadAsync("share", length, []))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_holder_that_stops_in_the_middle_is_to_blame()
        => Assert.Contains(Holder, (await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync("share", 10, [1, 2, 3]))).Message, StringComparison.Ordinal);

    [FullDeviceFact]
    public async Task For_a_full_disk_of_this_node_no_holder_is_to_blame()
    {
        File.CreateSymbolicLink(Path.Combine(folder, "share"), "/dev/full");
        var failed = await Assert.ThrowsAsync<EngineException>(() => ReadAsync("share", 3, [1, 2, 3]));
        Assert.Equal((EngineError.DiskFull, Path.Combine(folder, "share")), (failed.Error, failed.File));
    }

    [Fact]
    public async Task For_a_file_that_cannot_be_made_no_holder_is_to_blame()
        => Assert.Equal(EngineError.Storage, (await Assert.ThrowsAsync<EngineException>(() => ReadAsync("no/such/folder", 3, [1, 2, 3]))).Error);

    private Task<long> ReadAsync(string file, long length, byte[] bytes)
    {
        var content = new byte[sizeof(long) + bytes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(content, length);
        bytes.CopyTo(content, sizeof(long));
        return Share.ReadAsync(new MemoryStream(content), Map, Path.Combine(folder, file), Holder, CancellationToken.None);
    }
}
