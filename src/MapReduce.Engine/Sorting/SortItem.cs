using System.Runtime.CompilerServices;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Sorting;

/// <summary>A pair to be sorted: eight bytes of its key and where it is.</summary>
internal unsafe struct SortItem
{
    public ulong Prefix;
    public byte* Record;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SortItem Of(byte* record, ReadOnlySpan<byte> key) => new() { Prefix = KeyPrefix.Of(key, 0), Record = record };
}
