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

    [Fact]
    public async Task A_share_is_read_no_faster_than_it_is_written_and_no_further()
    {
        const int Length = 5 << 20;
        var file = Path.Combine(folder, "share");
        var content = new byte[sizeof(long) + Length + 100];
        new Random(1).NextBytes(content);
        BinaryPrimitives.WriteInt64LittleEndian(content, Length);
        using var holder = new MeteredStream(content);
        // Whatever has been read before is in the file, so that no more of the share is in memory than one read.
        holder.OnRead = given => Assert.Equal(Math.Max(0, given - sizeof(long)), File.Exists(file) ? new FileInfo(file).Length : 0);
        Assert.Equal(Length, await Share.ReadAsync(holder, Map, file, Holder, CancellationToken.None));
        Assert.Equal((sizeof(long) + Length, 256 << 10), ((int)holder.Position, holder.Largest));
        Assert.Equal(content[sizeof(long)..(sizeof(long) + Length)], await File.ReadAllBytesAsync(file));
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

    /// <summary>Tells before each read how much has been given, and remembers the most that was asked for at once.</summary>
    private sealed class MeteredStream(byte[] bytes) : MemoryStream(bytes)
    {
        public Action<long> OnRead { get; set; } = _ => { };

        public int Largest { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            OnRead(Position);
            Largest = Math.Max(Largest, buffer.Length);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    private Task<long> ReadAsync(string file, long length, byte[] bytes)
    {
        var content = new byte[sizeof(long) + bytes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(content, length);
        bytes.CopyTo(content, sizeof(long));
        return Share.ReadAsync(new MemoryStream(content), Map, Path.Combine(folder, file), Holder, CancellationToken.None);
    }
}
