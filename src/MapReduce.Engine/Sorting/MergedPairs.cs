using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Sorting;

/// <summary>Merges sorted runs; equal keys come in the order of the runs.</summary>
internal sealed class MergedPairs : SortedPairs
{
    private readonly RunReader[] heap;
    private int live;
    private bool started;

    /// <param name="runs">The files of the runs.</param>
    /// <param name="key">The job's key; null where they are not encrypted.</param>
    public MergedPairs(IReadOnlyList<string> runs, DataKey? key = null)
    {
        var readers = new List<RunReader>(runs.Count);
        try
        {
            foreach (var run in runs) readers.Add(new RunReader(run, readers.Count, key));
            heap = [.. readers];
            foreach (var reader in readers)
                if (reader.MoveNext()) heap[live++] = reader;
                else reader.Dispose();
        }
        catch
        {
            readers.ForEach(reader => reader.Dispose());
            throw;
        }
        for (var i = (live / 2) - 1; i >= 0; i--) Sink(i);
    }

    public override ReadOnlySpan<byte> Key => heap[0].Key;

    public override ReadOnlySpan<byte> Value => heap[0].Value;

    public override bool MoveNext()
    {
        if (!started)
        {
            started = true;
            return live > 0;
        }
        if (live == 0) return false;
        if (!heap[0].MoveNext())
        {
            heap[0].Dispose();
            heap[0] = heap[--live];
            if (live == 0) return false;
        }
        Sink(0);
        return true;
    }

    public override void Dispose()
    {
        for (var i = 0; i < live; i++) heap[i].Dispose();
        live = 0;
    }

    private void Sink(int index)
    {
        var reader = heap[index];
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= live) break;
            if (child + 1 < live && IsLess(heap[child + 1], heap[child])) child++;
            if (!IsLess(heap[child], reader)) break;
            heap[index] = heap[child];
            index = child;
        }
        heap[index] = reader;
    }

    private static bool IsLess(RunReader left, RunReader right)
    {
        if (left.Prefix != right.Prefix) return left.Prefix < right.Prefix;
        var order = left.Key.SequenceCompareTo(right.Key);
        return order < 0 || (order == 0 && left.Order < right.Order);
    }

    /// <summary>Reads one sorted run block by block.</summary>
    private sealed unsafe class RunReader : IDisposable
    {
        private readonly BlockSource source;
        private readonly List<BlockReference> blocks;
        private readonly string path;
        private int nextBlock;
        private byte* next;
        private byte* end;
        private byte* key;
        private int keyLength;
        private int valueLength;

        public RunReader(string path, int order, DataKey? key)
        {
            this.path = path;
            source = new BlockSource(key);
            Order = order;
            try
            {
                blocks = source.Open(path).ReadIndex(out _);
            }
            catch
            {
                source.Dispose();
                throw;
            }
        }

        public int Order { get; }

        public ulong Prefix { get; private set; }

        public ReadOnlySpan<byte> Key => new(key, keyLength);

        public ReadOnlySpan<byte> Value => new(key + keyLength, valueLength);

        public bool MoveNext()
        {
            while (next == end)
            {
                if (nextBlock == blocks.Count) return false;
                next = source.ReadFile(path, blocks[nextBlock++], out var length);
                end = next + length;
            }
            next = Memory.VarInt.Read(next, out var encodedKey);
            next = Memory.VarInt.Read(next, out var encodedValue);
            key = next;
            keyLength = (int)encodedKey;
            valueLength = (int)encodedValue;
            next += keyLength + valueLength;
            Prefix = KeyPrefix.Of(Key, 0);
            return true;
        }

        public void Dispose() => source.Dispose();
    }
}
