using MapReduce.Engine.Fold;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Sorting;

namespace MapReduce.Engine.Tasks;

/// <summary>The blocks of one partition of one channel, taken from the outputs of all map tasks in the order of the tasks.</summary>
internal sealed unsafe class PartitionBlocks(IReadOnlyList<MapOutput> maps, ChannelShape shape, int partition, DataKey? key, Action<long>? progress, CancellationToken cancellation)
{
    private delegate void BlockAction(byte* block, int length, bool stays);

    /// <summary>The bytes taken so far, as they were stored.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds all pairs of a partition without buckets to a sorter.</summary>
    public void AddTo(PairSorter sorter) => ForEach(0, (block, length, stays) =>
    {
        if (stays) sorter.AddInPlace(block, length);
        else sorter.AddCopy(block, length);
    });

    /// <summary>Gives all records to a reducer, bucket by bucket.</summary>
    public void Fold(IBucketReducer reducer)
    {
        for (var bucket = 0; bucket < shape.Buckets; bucket++)
        {
            reducer.BeginBucket(BytesOf(bucket));
            ForEach(bucket, (block, length, _) => reducer.AddBlock(block, length));
            reducer.EndBucket();
        }
    }

    private long BytesOf(int bucket)
    {
        var total = 0L;
        foreach (var map in maps)
            foreach (ref readonly var block in map.Blocks(shape.Segment(partition, bucket))) total += Math.Max(block.StoredLength, block.RawLength);
        return total;
    }

    private void ForEach(int bucket, BlockAction action)
    {
        using var source = new BlockSource(key);
        foreach (var map in maps)
        {
            foreach (ref readonly var block in map.Blocks(shape.Segment(partition, bucket)))
            {
                cancellation.ThrowIfCancellationRequested();
                var start = source.Read(map, block, out var length);
                action(start, length, block.Memory != null);
                Bytes += block.StoredLength;
                progress?.Invoke(block.StoredLength);
            }
        }
    }
}
