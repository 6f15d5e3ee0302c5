using Channels = System.Threading.Channels;
using MapReduce.Engine.Plan;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests;

/// <summary>A share of a map output goes out no faster than it is taken, and no more of it is in memory than one piece.</summary>
public sealed class SegmentSliceTests : IDisposable
{
    private const int MostBytesOfPiece = 256 << 10;

    private readonly TemporaryFolder folder = new();
    private readonly StagePlan plan;
    private readonly string output;

    public SegmentSliceTests()
    {
        File.WriteAllLines(folder["in"], Enumerable.Range(0, 60_000).Select(number => $"key-{number:00000}"));
        var job = JobRun.Define(() => new Lines(), new JobRequest("lines", [folder["in"]], []), new EngineSettings { ScratchFolder = folder["scratch"], Partitions = 1, TaskMemory = 64 << 10 });
        plan = job.Plan(0, (_, _) => []);
        var folders = new TaskFolders(folder["private"], folder["shared"], folder["shared"], folder["scratch-map"], "map");
        output = job.Map(plan, new TaskIdentity(0, 0, 0), folders, retained: null, progress: null, CancellationToken.None).Output.FilePath!;
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_next_piece_is_handed_over_when_the_one_before_is_taken()
    {
        using var whole = new MemoryStream();
        using (var slice = SegmentSlice.Open(output, plan.Shape, reduce: 0)) await slice.CopyToAsync(whole, CancellationToken.None);
        Assert.True(whole.Length > 3 * MostBytesOfPiece, $"The share has {whole.Length} bytes.");

        using var taken = new MemoryStream();
        await using var reader = new SlowReader();
        using var slow = SegmentSlice.Open(output, plan.Shape, reduce: 0);
        var copying = reader.LetCopyAsync(slow);
        await foreach (var piece in reader.Pieces)
        {
            Assert.False(copying.IsCompleted);
            Assert.InRange(piece.Bytes.Length, 1, MostBytesOfPiece);
            taken.Write(piece.Bytes.Span);
            piece.Take();
        }
        await copying;
        Assert.Equal(slow.Length, taken.Length);
        Assert.Equal(whole.ToArray(), taken.ToArray());
    }

    [Fact]
    public async Task No_piece_is_read_before_the_one_before_is_taken()
    {
        await using var reader = new SlowReader();
        using var slice = SegmentSlice.Open(output, plan.Shape, reduce: 0);
        var copying = reader.LetCopyAsync(slice);
        await using var pieces = reader.Pieces.GetAsyncEnumerator();
        // The header, and the first piece of the blocks.
        Assert.True(await pieces.MoveNextAsync());
        pieces.Current.Take();
        Assert.True(await pieces.MoveNextAsync());
        // The next would be there, if it had been read by now.
        using (var file = File.Open(output, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(SegmentFile.HeaderLength + MostBytesOfPiece);
        pieces.Current.Take();
        Assert.False(await pieces.MoveNextAsync());
        var failed = await Assert.ThrowsAsync<EngineException>(() => copying);
        Assert.Equal(EngineError.CorruptData, failed.Error);
        Assert.Contains("became shorter while it was sent", failed.Message, StringComparison.Ordinal);
    }

    /// <summary>The other side of a connection: it takes a piece when the test says so, and until then whoever writes waits.</summary>
    private sealed class SlowReader : Stream
    {
        private readonly Channels.Channel<Piece> pieces = Channels.Channel.CreateUnbounded<Piece>();
        private int held;

        public IAsyncEnumerable<Piece> Pieces => pieces.Reader.ReadAllAsync();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public async Task LetCopyAsync(SegmentSlice slice)
        {
            try
            {
                await slice.CopyToAsync(this, CancellationToken.None);
            }
            finally
            {
                pieces.Writer.Complete();
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Assert.Equal(1, Interlocked.Increment(ref held));
            var piece = new Piece(buffer);
            pieces.Writer.TryWrite(piece);
            await piece.Taken;
            Interlocked.Decrement(ref held);
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    private sealed class Piece(ReadOnlyMemory<byte> bytes)
    {
        private readonly TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ReadOnlyMemory<byte> Bytes => bytes;

        public Task Taken => taken.Task;

        public void Take() => taken.SetResult();
    }

    private sealed class Lines : IJob
    {
        public void Define(JobBuilder job)
            => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1)).Sort().WriteText(job.Output);
    }
}
