using MapReduce.Engine.Memory;
using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The map side of a channel whose values are summed as doubles. The reduce side is that of any accumulator.</summary>
internal sealed unsafe class DoubleSumEmitter<TKey>(ChannelNode<TKey, double> channel, ChannelShape shape, SegmentBuffers buffers, long memory, UserCode userCode)
    : TableEmitter<TKey, double, DoubleSum>(channel, shape, buffers, memory, userCode)
    where TKey : allows ref struct
{
    public override void Take(FoldEntry* entry)
    {
        var segment = entry->IsLong ? Router.Of(entry->LongBytes, entry->High) : Router.OfInline(entry->High, entry->Low);
        var length = (entry->IsLong ? FoldRecord.MaxLongLength(entry->LongBytes.Length) : FoldRecord.MaxInlineLength) + DoubleSum.MaxLength;
        var target = Buffers.Reserve(segment, length);
        if (target != null)
        {
            Buffers.Commit(segment, Write(target, entry));
            return;
        }
        using var large = new NativeBuffer(length);
        Buffers.AppendLarge(segment, new ReadOnlySpan<byte>(large.Start, (int)(Write(large.Start, entry) - large.Start)));
    }

    private static byte* Write(byte* target, FoldEntry* entry)
        => DoubleSum.Write(entry->IsLong ? FoldRecord.WriteLongKey(target, entry->LongBytes) : FoldRecord.WriteInlineKey(target, entry->High, entry->Low), entry);
}
