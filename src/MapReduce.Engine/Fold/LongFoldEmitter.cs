using MapReduce.Engine.Shuffle;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>The map side of a channel whose values are folded as 64-bit integers.</summary>
internal sealed unsafe class LongFoldEmitter<TKey, TFold>(ChannelNode<TKey, long> channel, ChannelShape shape, SegmentBuffers buffers, long memory, UserCode userCode)
    : TableEmitter<TKey, long, LongState<TFold>>(channel, shape, buffers, memory, userCode)
    where TKey : allows ref struct
    where TFold : struct, IFoldOperation
{
    public override void Take(FoldEntry* entry)
    {
        if (entry->IsLong)
        {
            TakeLong(entry);
            return;
        }
        var segment = Router.OfInline(entry->High, entry->Low);
        var target = Buffers.Reserve(segment, FoldRecord.MaxInlineLength);
        Buffers.Commit(segment, FoldRecord.WriteInline(target, entry->High, entry->Low, entry->State));
    }

    private void TakeLong(FoldEntry* entry)
    {
        var key = entry->LongBytes;
        var segment = Router.Of(key, entry->High);
        var length = FoldRecord.MaxLongLength(key.Length);
        var target = Buffers.Reserve(segment, length);
        if (target != null)
        {
            Buffers.Commit(segment, FoldRecord.WriteLong(target, key, entry->State));
            return;
        }
        using var large = new Memory.NativeBuffer(length);
        var end = FoldRecord.WriteLong(large.Start, key, entry->State);
        Buffers.AppendLarge(segment, new ReadOnlySpan<byte>(large.Start, (int)(end - large.Start)));
    }
}
