using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Sorting;

/// <summary>Writes pairs in the order given to a segment file with a single segment: a sorted run, or a dataset for a later stage.</summary>
internal sealed unsafe class RunWriter : IDisposable
{
    /// <summary>The length of a block, but for the last and for those of a pair that is longer.</summary>
    public const int BlockLength = 64 << 10;

    private readonly SegmentFileWriter file;
    private readonly NativeBuffer block;
    private readonly bool durable;
    private byte* next;

    public RunWriter(string path, BlockCompression compression, bool durable = false, int blockLength = BlockLength, DataKey? key = null)
    {
        this.durable = durable;
        file = new SegmentFileWriter(path, compression, key);
        block = new NativeBuffer(blockLength);
        next = block.Start;
    }

    /// <summary>The bytes written to the file so far.</summary>
    public long Length => file.Length;

    /// <summary>What they would be without compression and encryption.</summary>
    public long RawLength => file.RawLength;

    public void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var length = PairRecord.MaxLength(key.Length, value.Length);
        if (length > block.Start + block.Length - next)
        {
            Flush();
            if (length > block.Length)
            {
                using var large = new NativeBuffer(length);
                file.Append(0, new ReadOnlySpan<byte>(large.Start, (int)(PairRecord.Write(large.Start, key, value) - large.Start)));
                return;
            }
        }
        next = PairRecord.Write(next, key, value);
    }

    public void Complete()
    {
        Flush();
        file.Complete(1, durable);
    }

    public void Dispose()
    {
        file.Dispose();
        block.Dispose();
    }

    private void Flush()
    {
        if (next == block.Start) return;
        file.Append(0, new ReadOnlySpan<byte>(block.Start, (int)(next - block.Start)));
        next = block.Start;
    }
}
