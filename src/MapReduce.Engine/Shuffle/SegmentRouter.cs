using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MapReduce.Engine.Tasks;
using MapReduce.Sdk;

namespace MapReduce.Engine.Shuffle;

/// <summary>The shape of one channel's share of a map output: its partitions and, in each, buckets by hash that a folding reducer takes one at a time.</summary>
/// <param name="FirstSegment">The number of the channel's first segment within the stage.</param>
/// <param name="Partitions">The number of partitions, which is the number of reduce tasks.</param>
/// <param name="Buckets">The number of buckets of each partition, a power of two; 1 where values are not folded.</param>
/// <param name="Boundaries">For range partitioning: the first keys of the partitions 1, 2, …; empty else.</param>
internal sealed record ChannelShape(int FirstSegment, int Partitions, int Buckets, IReadOnlyList<byte[]> Boundaries)
{
    /// <summary>The number of segments.</summary>
    public int Segments => Partitions * Buckets;

    /// <summary>The segment of a bucket of a partition.</summary>
    public int Segment(int partition, int bucket) => FirstSegment + (partition * Buckets) + bucket;
}

/// <summary>Finds the segment of a key.</summary>
internal sealed class SegmentRouter<TKey> where TKey : allows ref struct
{
    private readonly ChannelShape shape;
    private readonly PartitioningKind kind;
    private readonly KeyCodec<TKey> codec;
    private readonly PartitionFunction<TKey>? custom;
    private readonly bool byPrefix;
    private readonly UserCode userCode;
    private readonly string job;
    private readonly int stage;
    private readonly ulong[] boundaryPrefixes;
    private readonly int boundaryCount;

    /// <param name="shape">The partitions and buckets.</param>
    /// <param name="channel">The channel, for its kind of partitioning.</param>
    /// <param name="codec">The codec of the keys.</param>
    /// <param name="custom">The author's function, for custom partitioning.</param>
    /// <param name="byPrefix">Whether keys of one group, rather than equal keys, must meet.</param>
    /// <param name="userCode">Names failures of the author's function.</param>
    public SegmentRouter(ChannelShape shape, ChannelNode channel, KeyCodec<TKey> codec, PartitionFunction<TKey>? custom, bool byPrefix, UserCode userCode)
    {
        this.shape = shape;
        this.codec = codec;
        this.custom = custom;
        this.byPrefix = byPrefix;
        this.userCode = userCode;
        kind = channel.Partitioning;
        job = channel.Job;
        stage = channel.Stage;
        boundaryCount = shape.Boundaries.Count;
        // Padded to one less than a power of two, so that the search takes the same steps for every key.
        boundaryPrefixes = new ulong[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)boundaryCount + 1) - 1];
        boundaryPrefixes.AsSpan().Fill(ulong.MaxValue);
        for (var i = 0; i < boundaryCount; i++) boundaryPrefixes[i] = KeyPrefix.Of(shape.Boundaries[i], 0);
    }

    /// <summary>The segment of an inline key that its record has left behind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OfInline(ulong high, ulong low)
    {
        var hash = KeyHash.Finish(InlineKey.Hash(high, low));
        if (kind == PartitioningKind.Hash && !byPrefix) return shape.Segment(KeyHash.Partition(hash, shape.Partitions), (int)hash & (shape.Buckets - 1));
        if (kind == PartitioningKind.Range && !byPrefix && TryRange(high, out var partition)) return shape.Segment(partition, (int)hash & (shape.Buckets - 1));
        return OfInlineSlowly(high, low, hash);
    }

    private unsafe int OfInlineSlowly(ulong high, ulong low, ulong hash)
    {
        var key = stackalloc byte[16];
        InlineKey.Store(key, high, low);
        return OfKeyAlone(new ReadOnlySpan<byte>(key, InlineKey.Length(low)), high, hash);
    }

    /// <summary>Lets the author's function refuse a key while its record is at hand; <see cref="OfInline"/> and its like may ask much later.</summary>
    public void Check(ReadOnlySpan<byte> key)
    {
        if (kind == PartitioningKind.Custom) OfCustom(key);
    }

    /// <summary>The segment of any key of the present record, whose fault it is if the author's function throws.</summary>
    public int Of(ReadOnlySpan<byte> key)
        => OfKey(key, KeyPrefix.Of(key, 0), shape.Buckets == 1 && kind != PartitioningKind.Hash ? 0 : KeyHash.Of(key));

    /// <summary>The segment of a key that its record has left behind and whose finished hash is known.</summary>
    public int Of(ReadOnlySpan<byte> key, ulong hash) => OfKeyAlone(key, KeyPrefix.Of(key, 0), hash);

    /// <summary>The segment of a key when other records are at work, which must not be blamed for it.</summary>
    private int OfKeyAlone(ReadOnlySpan<byte> key, ulong prefix, ulong hash)
    {
        try
        {
            return OfKey(key, prefix, hash);
        }
        catch (Exception exception) when (userCode.Threw(exception))
        {
            throw userCode.FailureAt("in the partition function", key, codec.Read, exception);
        }
    }

    private int OfKey(ReadOnlySpan<byte> key, ulong prefix, ulong hash)
    {
        var partition = kind switch
        {
            PartitioningKind.Hash => KeyHash.Partition(byPrefix ? KeyHash.Of(key[..codec.PrefixLength(key)]) : hash, shape.Partitions),
            PartitioningKind.Range => OfRange(byPrefix ? key[..codec.PrefixLength(key)] : key, prefix),
            _ => OfCustom(key),
        };
        return shape.Segment(partition, (int)hash & (shape.Buckets - 1));
    }

    private int OfRange(ReadOnlySpan<byte> key, ulong prefix)
    {
        if (byPrefix) prefix = KeyPrefix.Of(key, 0);
        if (TryRange(prefix, out var partition)) return partition;
        // Keys that agree with a boundary in eight bytes are compared in full, downwards from the last such boundary.
        while (partition > 0 && shape.Boundaries[partition - 1].AsSpan().SequenceCompareTo(key) > 0) partition--;
        return partition;
    }

    /// <summary>The number of boundaries whose first eight bytes are not above <paramref name="prefix"/>.</summary>
    /// <returns>Whether that is the partition: whether none of them has the very same first eight bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryRange(ulong prefix, out int partition)
    {
        ref var prefixes = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(boundaryPrefixes);
        var below = 0;
        for (var step = (boundaryPrefixes.Length + 1) >> 1; step > 0; step >>= 1)
            below += Unsafe.Add(ref prefixes, below + step - 1) <= prefix ? step : 0;
        partition = Math.Min(below, boundaryCount);
        return partition == 0 || Unsafe.Add(ref prefixes, partition - 1) != prefix;
    }

    private int OfCustom(ReadOnlySpan<byte> key)
    {
        var partition = custom!(codec.Read(key), shape.Partitions);
        if ((uint)partition >= (uint)shape.Partitions)
            throw new EngineException(EngineError.UserCode, $"{job}, stage {stage + 1}, map: the partition function gave {partition} for the key '{KeyText.Of(key, codec.Read)}', but there are {shape.Partitions} partitions, numbered from 0. Make it give a number from 0 to {shape.Partitions - 1}.");
        return partition;
    }
}

/// <summary>Eight bytes of a key as an integer whose order is the order of the bytes.</summary>
internal static class KeyPrefix
{
    /// <summary>The bytes from <paramref name="depth"/> on, padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> key, int depth)
    {
        if (key.Length - depth >= 8) return BinaryPrimitives.ReadUInt64BigEndian(key[depth..]);
        var prefix = 0UL;
        for (var i = depth; i < depth + 8; i++) prefix = (prefix << 8) | (i < key.Length ? key[i] : 0UL);
        return prefix;
    }
}
