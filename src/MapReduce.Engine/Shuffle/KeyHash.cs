using System.IO.Hashing;
using System.Runtime.CompilerServices;

namespace MapReduce.Engine.Shuffle;

/// <summary>The stable hash of a key's bytes, which decides its partition on every machine alike.</summary>
internal static class KeyHash
{
    /// <summary>The hash of any key.</summary>
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        if (key.Length > InlineKey.MaxLength) return OfLong(key);
        if (key.IsEmpty) return Finish(InlineKey.Hash(0, 0));
        InlineKey.Load(key, out var high, out var low);
        return Finish(InlineKey.Hash(high, low));
    }

    /// <summary>The hash of a key of more than 15 bytes.</summary>
    public static ulong OfLong(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key);

    /// <summary>Spreads the inline hash over all bits, as partitions and buckets need it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Finish(ulong hash)
    {
        hash ^= hash >> 29;
        hash *= 0xFF51AFD7ED558CCDUL;
        return hash ^ (hash >> 32);
    }

    /// <summary>The partition of a finished hash: its high half scaled, without a division.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Partition(ulong finished, int partitions) => (int)(((finished >> 32) * (uint)partitions) >> 32);
}
