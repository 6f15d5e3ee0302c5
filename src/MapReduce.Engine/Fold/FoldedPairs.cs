using MapReduce.Engine.Sorting;
using MapReduce.Sdk;

namespace MapReduce.Engine.Fold;

/// <summary>Folds neighbours with equal keys, which come from different runs.</summary>
internal sealed class FoldedPairs<TFold> : SortedPairs where TFold : struct, IFoldOperation
{
    private readonly SortedPairs pairs;
    private readonly ByteWriter key = new();
    private readonly byte[] state = new byte[sizeof(long)];
    private bool more;

    public FoldedPairs(SortedPairs pairs)
    {
        this.pairs = pairs;
        more = pairs.MoveNext();
    }

    public override ReadOnlySpan<byte> Key => key.Written;

    public override ReadOnlySpan<byte> Value => state;

    public override bool MoveNext()
    {
        if (!more) return false;
        key.Clear();
        key.Write(pairs.Key);
        var folded = BitConverter.ToInt64(pairs.Value);
        while ((more = pairs.MoveNext()) && pairs.Key.SequenceEqual(key.Written)) folded = TFold.Fold(folded, BitConverter.ToInt64(pairs.Value));
        BitConverter.TryWriteBytes(state, folded);
        return true;
    }
}
