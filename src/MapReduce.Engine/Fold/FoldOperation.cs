using System.Runtime.CompilerServices;

namespace MapReduce.Engine.Fold;

/// <summary>What the entries of a table hold of their keys' values; a type parameter, so that each kind has a table of its own machine code.</summary>
internal unsafe interface IFoldState
{
    /// <summary>The bytes that an entry has in front of those of a longer key.</summary>
    static abstract int BytesBeforeKey { get; }

    /// <summary>Sets an entry, which has its key, to one value.</summary>
    static abstract void Begin(FoldEntry* entry, long value);

    /// <summary>Folds a value into an entry.</summary>
    /// <returns>Whether the entry has room for it. If not, it is as before.</returns>
    static abstract bool TryFold(FoldEntry* entry, long value);
}

/// <summary>How two 64-bit states become one.</summary>
internal interface IFoldOperation
{
    static abstract long Fold(long left, long right);
}

/// <summary>A 64-bit state.</summary>
internal readonly unsafe struct LongState<TFold> : IFoldState where TFold : struct, IFoldOperation
{
    public static int BytesBeforeKey => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(FoldEntry* entry, long value) => entry->State = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFold(FoldEntry* entry, long value)
    {
        entry->State = TFold.Fold(entry->State, value);
        return true;
    }
}

internal readonly struct SumOperation : IFoldOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Fold(long left, long right) => unchecked(left + right);
}

internal readonly struct MinOperation : IFoldOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Fold(long left, long right) => Math.Min(left, right);
}

/// <summary>The union of two sets of bits.</summary>
internal readonly struct UnionOperation : IFoldOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Fold(long left, long right) => left | right;
}

internal readonly struct MaxOperation : IFoldOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Fold(long left, long right) => Math.Max(left, right);
}
