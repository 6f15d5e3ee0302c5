using System.Runtime.CompilerServices;

namespace MapReduce.Engine.Fold;

/// <summary>How two 64-bit states become one; a type parameter, so that each operation has a table of its own machine code.</summary>
internal interface IFoldOperation
{
    static abstract long Fold(long left, long right);
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
