namespace MapReduce.Sdk;

/// <summary>The pairs of one shuffle, or of a map-only output.</summary>
internal abstract class ChannelNode(int order)
{
    /// <summary>The position among all channels of the job.</summary>
    public int Order { get; } = order;

    /// <summary>The position among the channels of its stage.</summary>
    public int Index { get; set; }

    /// <summary>The stage that the channel belongs to.</summary>
    public int Stage { get; set; } = -1;

    /// <summary>The name of the job, for messages.</summary>
    public string Job { get; set; } = "";

    /// <summary>The number of partitions the author asked for; 0 leaves it to the plan.</summary>
    public int Partitions { get; set; }

    public PartitioningKind Partitioning { get; set; }

    /// <summary>Whether the pairs go from the map function to their outputs without a shuffle.</summary>
    public bool IsMapOnly => Reduce is null;

    /// <summary>Whether equal keys are folded before the shuffle by a function of the author.</summary>
    public abstract bool IsCombined { get; }

    /// <summary>What happens after the shuffle; null for a map-only channel.</summary>
    public abstract ReduceNode? Reduce { get; }

    /// <summary>What the channel ends in: the reducer's results, or the pairs themselves where it is map-only.</summary>
    public abstract DatasetNode? Result { get; }
}

/// <summary>How keys find their partition.</summary>
internal enum PartitioningKind
{
    /// <summary>By a stable hash of the key's bytes, or of its grouping prefix.</summary>
    Hash,

    /// <summary>By ranges of sampled keys, so that partition i holds smaller keys than partition i + 1.</summary>
    Range,

    /// <summary>By the author's function.</summary>
    Custom,
}

internal sealed class ChannelNode<TKey, TValue>(int order, KeyCodec<TKey> keys, Codec<TKey> exactKeys, Codec<TValue> values) : ChannelNode(order)
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public KeyCodec<TKey> Keys { get; set; } = keys;

    /// <summary>Brings a key back as it was, where <see cref="Keys"/> brings back one that is equal: for pairs that are not shuffled.</summary>
    public Codec<TKey> ExactKeys { get; set; } = exactKeys;

    public Codec<TValue> Values { get; set; } = values;

    public PartitionFunction<TKey>? CustomPartition { get; set; }

    /// <summary>Folds equal keys before the shuffle; null where there is no combiner.</summary>
    public ReduceFunction<TKey, TValue, TKey, TValue>? Combiner { get; set; }

    /// <summary>What the author attached after the shuffle.</summary>
    public ReduceNode<TKey, TValue>? TypedReduce { get; set; }

    public override bool IsCombined => Combiner is not null;

    public override ReduceNode? Reduce => TypedReduce;

    /// <summary>Set where the pairs are written without a shuffle.</summary>
    public DatasetNode<TKey, TValue>? MapOnlyResult { get; set; }

    public override DatasetNode? Result => (DatasetNode?)MapOnlyResult ?? TypedReduce?.Result;
}
