using MapReduce.Engine.Plan;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Engine.Shuffle;

/// <summary>The share of one reduce task in a map output: what a node sends to a reducer elsewhere. The bytes are a segment file with the blocks of that task only.</summary>
/// <remarks>Blocks go out as they are stored, encrypted where they are: their checksums were made by the map task and are checked by the reducer, so that nothing between the two goes unnoticed.</remarks>
public sealed class SegmentSlice : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle file;
    private readonly List<(long Offset, int Length)> ranges = [];
    private readonly byte[] header;
    private readonly byte[] index;

    private SegmentSlice(string path, PlanShape plan, int reduce)
    {
        this.path = path;
        var (channel, partition) = plan.Reduce(reduce);
        var shape = plan.Channels[channel]!;
        var first = shape.Segment(partition, 0);
        using var reader = new SegmentFileReader(path);
        var blocks = new List<BlockReference>();
        header = reader.Header;
        Length = header.Length;
        foreach (var block in reader.ReadIndex(out var segments))
        {
            if (segments != plan.Segments) throw reader.Corrupt($"it has {segments} segments, and its plan {plan.Segments}");
            if (block.Segment < first || block.Segment >= first + shape.Buckets) continue;
            var length = SegmentFile.BlockHeaderLength + block.StoredLength;
            blocks.Add(new BlockReference(block.Segment, Length, block.StoredLength));
            // Neighbours are sent in one piece.
            if (ranges.Count > 0 && ranges[^1].Offset + ranges[^1].Length == block.FileOffset && ranges[^1].Length < int.MaxValue - length) ranges[^1] = (ranges[^1].Offset, ranges[^1].Length + length);
            else ranges.Add((block.FileOffset, length));
            Length += length;
        }
        index = SegmentFile.Index(blocks, Length, plan.Segments);
        Length += index.Length;
        file = EngineFiles.Open(path);
    }

    /// <summary>The number of bytes that are sent.</summary>
    public long Length { get; }

    /// <summary>Opens the share of a reduce task in a complete map output.</summary>
    /// <param name="path">The map output's segment file.</param>
    /// <param name="plan">The shape of the stage's plan.</param>
    /// <param name="reduce">The index of the reduce task.</param>
    /// <exception cref="EngineException">The file is not there, not complete, or damaged.</exception>
    public static SegmentSlice Open(string path, PlanShape plan, int reduce) => new(path, plan, reduce);

    /// <summary>Reads the share of a reduce task in a map output, and checks all that it reads.</summary>
    /// <param name="path">The map output's segment file.</param>
    /// <param name="plan">The shape of the stage's plan.</param>
    /// <param name="reduce">The index of the reduce task.</param>
    /// <param name="key">The job's key; null where its files are not encrypted, or where checksums have to do.</param>
    /// <exception cref="EngineException">The file is not there, not complete, or damaged.</exception>
    public static void Check(string path, PlanShape plan, int reduce, DataKey? key = null)
    {
        var (channel, partition) = plan.Reduce(reduce);
        var shape = plan.Channels[channel]!;
        var first = shape.Segment(partition, 0);
        using var source = new BlockSource(key);
        foreach (var block in source.Open(path).ReadIndex(out _))
            if (block.Segment >= first && block.Segment < first + shape.Buckets) source.Check(path, block);
    }

    /// <summary>Writes all bytes to <paramref name="target"/>, a piece at a time, no faster than it takes them.</summary>
    /// <exception cref="EngineException">The file cannot be read.</exception>
    public async Task CopyToAsync(Stream target, CancellationToken cancellation)
    {
        const int PieceLength = 256 << 10;
        await target.WriteAsync(header, cancellation);
        var piece = new byte[(int)Math.Min(PieceLength, Length)];
        foreach (var (offset, length) in ranges)
        {
            for (var sent = 0; sent < length;)
            {
                var wanted = Math.Min(piece.Length, length - sent);
                if (EngineFiles.Read(file, piece.AsSpan(0, wanted), offset + sent, path) != wanted) throw new EngineException(EngineError.CorruptData, $"'{path}' became shorter while it was sent.");
                await target.WriteAsync(piece.AsMemory(0, wanted), cancellation);
                sent += wanted;
            }
        }
        await target.WriteAsync(index, cancellation);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
