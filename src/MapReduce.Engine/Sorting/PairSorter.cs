using MapReduce.Engine.Memory;

namespace MapReduce.Engine.Sorting;

/// <summary>Sorts any number of pairs within a bound of memory: what does not fit leaves as sorted runs, which are merged at the end.</summary>
internal sealed unsafe class PairSorter : IDisposable
{
    private const int SmallestMemory = 64 << 10;
    private const int RunBlockLength = 64 << 10;
    private const int MaxFanIn = 128;
    private const int FirstCapacity = 1024;

    private readonly Arena arena = new();
    private readonly long memory;
    private readonly BlockCompression compression;
    private readonly ScratchFiles scratch;
    private readonly DataKey? key;
    private readonly List<string> runs = [];
    private NativeBuffer items = new(FirstCapacity * sizeof(SortItem));
    private long count;

    /// <param name="memory">The bytes that pairs and their order may take, the room for sorting included.</param>
    /// <param name="compression">The compression of runs.</param>
    /// <param name="scratch">Names the runs.</param>
    /// <param name="key">The job's key; null where runs are not encrypted.</param>
    public PairSorter(long memory, BlockCompression compression, ScratchFiles scratch, DataKey? key = null)
    {
        this.memory = Math.Max(memory, SmallestMemory);
        this.compression = compression;
        this.scratch = scratch;
        this.key = key;
    }

    /// <summary>The runs written so far.</summary>
    public int SpilledRuns { get; private set; }

    /// <summary>The bytes of the runs.</summary>
    public long SpilledBytes { get; private set; }

    /// <summary>Adds a copy of a pair.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var length = PairRecord.MaxLength(key.Length, value.Length);
        MakeRoom(length);
        var record = arena.Allocate(length);
        PairRecord.Write(record, key, value);
        Append(SortItem.Of(record, key));
    }

    /// <summary>Adds all pairs of a block that stays where it is until this sorter is disposed of.</summary>
    public void AddInPlace(byte* block, int length)
    {
        for (var next = block; next < block + length;)
        {
            var record = next;
            next = PairRecord.Read(record, out var key, out _);
            if (Full(0)) Spill();
            Append(SortItem.Of(record, key));
        }
    }

    /// <summary>Adds copies of all pairs of a block.</summary>
    public void AddCopy(byte* block, int length)
    {
        MakeRoom(length);
        var copy = arena.Store(new ReadOnlySpan<byte>(block, length));
        for (var next = copy; next < copy + length;)
        {
            var record = next;
            next = PairRecord.Read(record, out var key, out _);
            Append(SortItem.Of(record, key));
        }
    }

    /// <summary>Ends the input.</summary>
    /// <returns>All pairs in order; valid until this sorter is disposed of.</returns>
    public SortedPairs Finish()
    {
        if (runs.Count == 0)
        {
            Sort();
            return new MemoryPairs((SortItem*)items.Start, count);
        }
        if (count > 0) Spill();
        arena.Dispose();
        items.Dispose();
        MergeUntil(FanIn);
        return new MergedPairs(runs, key);
    }

    public void Dispose()
    {
        arena.Dispose();
        items.Dispose();
        foreach (var run in runs) File.Delete(run);
        runs.Clear();
    }

    private int FanIn => (int)Math.Clamp(memory / (4 * RunBlockLength), 2, MaxFanIn);

    private void MakeRoom(long more)
    {
        if (Full(more)) Spill();
    }

    // Sorting needs the items twice.
    private bool Full(long more) => count > 0 && arena.Used + more + ((count + 1) * 2 * sizeof(SortItem)) > memory;

    private void Append(SortItem item)
    {
        if ((count + 1) * sizeof(SortItem) > items.Length) Grow();
        ((SortItem*)items.Start)[count++] = item;
    }

    private void Grow()
    {
        var larger = new NativeBuffer(items.Length * 2);
        Buffer.MemoryCopy(items.Start, larger.Start, larger.Length, count * sizeof(SortItem));
        items.Dispose();
        items = larger;
    }

    private void Sort()
    {
        if (count < 2) return;
        using var other = new NativeBuffer(count * sizeof(SortItem));
        using var sort = new PairSort();
        sort.Sort((SortItem*)items.Start, (SortItem*)other.Start, checked((int)count));
    }

    private void Spill()
    {
        Sort();
        var path = scratch.Next("run");
        runs.Add(path);
        using (var writer = new RunWriter(path, compression, blockLength: RunBlockLength, key: key))
        {
            var pairs = new MemoryPairs((SortItem*)items.Start, count);
            while (pairs.MoveNext()) writer.Write(pairs.Key, pairs.Value);
            writer.Complete();
            SpilledBytes += writer.Length;
        }
        SpilledRuns++;
        count = 0;
        arena.Reset();
    }

    /// <summary>Merges neighbouring runs until <paramref name="limit"/> are left; neighbours, because the order of runs is the order of equal keys.</summary>
    private void MergeUntil(int limit)
    {
        while (runs.Count > limit)
        {
            var merged = new List<string>();
            for (var i = 0; i < runs.Count; i += limit)
            {
                var group = runs.GetRange(i, Math.Min(limit, runs.Count - i));
                if (group.Count == 1)
                {
                    merged.Add(group[0]);
                    continue;
                }
                var path = scratch.Next("merge");
                using (var pairs = new MergedPairs(group, key))
                using (var writer = new RunWriter(path, compression, blockLength: RunBlockLength, key: key))
                {
                    while (pairs.MoveNext()) writer.Write(pairs.Key, pairs.Value);
                    writer.Complete();
                    SpilledBytes += writer.Length;
                }
                group.ForEach(File.Delete);
                merged.Add(path);
            }
            runs.Clear();
            runs.AddRange(merged);
        }
    }
}
