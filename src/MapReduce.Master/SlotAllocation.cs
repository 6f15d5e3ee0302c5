using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace MapReduce.Master;

/// <summary>Puts each slot on a node that has room for it, and never moves one.</summary>
/// <remarks>A node gets as many slots as it offers. Where no node has room the slot has no home, and the question is asked again later.</remarks>
/// <param name="capacity">How many slots a member offers, by its address; null stands for this node.</param>
/// <param name="time">How long it takes to say that no node has room.</param>
public sealed class SlotAllocation(Func<Address, int> capacity, TimeProvider time) : IShardAllocationStrategy
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        var home = currentShardAllocations
            .Select(region => (Region: region.Key, Free: capacity(region.Key.Path.Address) - region.Value.Count))
            .Where(region => region.Free > 0)
            .OrderByDescending(region => region.Free).ThenBy(region => region.Region.Path.ToString(), StringComparer.Ordinal)
            .Select(region => region.Region).FirstOrDefault();
        return home is null ? NowhereAsync() : Task.FromResult(home);
    }

    /// <summary>The answer that there is no home, which the coordinator takes only from a task that is not complete when it looks.</summary>
    private async Task<IActorRef> NowhereAsync()
    {
        await Task.Delay(Patience, time);
        return null!;
    }

    /// <inheritdoc/>
    public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
        => Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty);
}
