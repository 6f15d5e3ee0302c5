using MapReduce.Engine.Memory;

namespace MapReduce.Engine.Shuffle;

/// <summary>The output of one map task: the blocks of its segments, in memory as far as the process allows, else in one segment file.</summary>
public sealed class MapOutput : IDisposable
{
    private readonly BlockReference[] blocks;
    private readonly int[] firstOfSegment;
    private readonly List<NativeBuffer> pages;
    private readonly RetainedMemory? retained;

    internal MapOutput(List<BlockReference> unordered, int segments, List<NativeBuffer> pages, RetainedMemory? retained, string? filePath)
    {
        this.pages = pages;
        this.retained = retained;
        FilePath = filePath;
        firstOfSegment = new int[segments + 1];
        foreach (var block in unordered) firstOfSegment[block.Segment + 1]++;
        for (var i = 0; i < segments; i++) firstOfSegment[i + 1] += firstOfSegment[i];
        blocks = new BlockReference[unordered.Count];
        var next = firstOfSegment.AsSpan(0, segments).ToArray();
        foreach (var block in unordered) blocks[next[block.Segment]++] = block;
    }

    /// <summary>Opens a complete segment file that another process has written, or a slice of one that was fetched.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The job's key, with which it must be encrypted under this name, also where no block is ever read of it; null where files are not encrypted.</param>
    /// <exception cref="EngineException">It is not there, not complete, damaged, or another file.</exception>
    public static MapOutput Open(string path, DataKey? key = null)
    {
        using var reader = new SegmentFileReader(path, key);
        var blocks = reader.ReadIndex(out var segments);
        return new MapOutput(blocks, segments, [], null, path);
    }

    /// <summary>The output of a task that shuffles nothing.</summary>
    public static MapOutput Empty => new([], 0, [], null, null);

    /// <summary>The segment file; null where everything is in memory.</summary>
    public string? FilePath { get; }

    /// <summary>The bytes of all blocks as stored.</summary>
    public long StoredBytes
    {
        get
        {
            var total = 0L;
            foreach (ref readonly var block in blocks.AsSpan()) total += block.StoredLength;
            return total;
        }
    }

    /// <summary>The blocks of a segment, in the order of their records.</summary>
    internal ReadOnlySpan<BlockReference> Blocks(int segment) => blocks.AsSpan(firstOfSegment[segment], firstOfSegment[segment + 1] - firstOfSegment[segment]);

    /// <summary>Frees the memory and deletes the file, when no reducer needs it any more: for whoever has made the output, or fetched its own copy.</summary>
    public void Delete()
    {
        Dispose();
        if (FilePath is not null) File.Delete(FilePath);
    }

    /// <summary>Frees the memory. The file stays: it may belong to others, who still read it.</summary>
    public void Dispose()
    {
        foreach (var page in pages)
        {
            retained?.Release(page.Length);
            page.Dispose();
        }
        pages.Clear();
    }
}
