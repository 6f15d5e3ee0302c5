namespace MapReduce.Sdk;

/// <summary>Chooses the partition of a key.</summary>
/// <param name="key">The key.</param>
/// <param name="partitions">The number of partitions, at least 1.</param>
/// <returns>A number from 0 to <paramref name="partitions"/> - 1; anything else fails the job.</returns>
public delegate int PartitionFunction<TKey>(scoped TKey key, int partitions) where TKey : allows ref struct;
