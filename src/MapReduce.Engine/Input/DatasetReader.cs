using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Sorting;
using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Reads the pairs that an earlier stage wrote.</summary>
/// <remarks>
/// A file may be cut. A block belongs to the range that holds its place, and the places of a file's blocks are the same distance apart: how long each is without
/// compression stands at the blocks, of which a range reads none but its own.
/// </remarks>
internal sealed unsafe class DatasetReader<TKey, TValue>(DatasetNode<TKey, TValue> dataset)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    private readonly Codec<TKey> keys = dataset.Keys;
    private readonly Codec<TValue> values = dataset.Values;

    /// <summary>Calls <paramref name="action"/> for each pair of the split's files.</summary>
    public ReadTotals Read(FileSplit split, PairAction<TKey, TValue> action, ReadContext context)
    {
        var records = 0L;
        foreach (var range in split.Ranges)
        {
            using var source = new BlockSource(context.Key);
            var blocks = source.Open(range.File.Path).ReadIndex(out _);
            for (var i = 0; i < blocks.Count; i++)
            {
                if (!Holds(range, i, blocks.Count)) continue;
                context.Cancellation.ThrowIfCancellationRequested();
                var next = source.ReadFile(range.File.Path, blocks[i], out var length);
                var end = next + length;
                while (next < end)
                {
                    context.Position.Offset = records++;
                    next = PairRecord.Read(next, out var key, out var value);
                    Deliver(action, key, value, context);
                }
                // As many bytes as were planned: the sampler counts them, and its keys may not depend on how the dataset is stored.
                context.Progress?.Invoke(length);
            }
        }
        return new ReadTotals(records, split.Length);
    }

    private static bool Holds(FileRange range, int block, int blocks)
    {
        var place = (long)((Int128)range.File.Length * block / blocks);
        return place >= range.Start && place < range.Start + range.Length;
    }

    private void Deliver(PairAction<TKey, TValue> action, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadContext context)
    {
        try
        {
            action(keys.Read(key), values.Read(value));
            if (context.BadRecords.Skips) context.BadRecords.OnGoodRecord();
        }
        catch (Exception exception) when (context.IsBadRecord(exception))
        {
            context.BadRecords.OnBadRecord(exception, key);
        }
    }
}
