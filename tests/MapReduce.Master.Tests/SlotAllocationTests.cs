using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit;

namespace MapReduce.Master.Tests;

public sealed class SlotAllocationTests : TestKit
{
    [Fact]
    public async Task Slots_go_where_most_room_is_and_never_beyond_what_a_node_offers()
    {
        var time = new HeldTime();
        var allocation = new SlotAllocation(address => address.Port == 1 ? 3 : 1, time);
        var regions = new Dictionary<IActorRef, IImmutableList<string>> { [At(1)] = ImmutableList<string>.Empty, [At(2)] = ImmutableList<string>.Empty };
        var homes = new List<int?>();
        for (var slot = 0; slot < 4; slot++)
        {
            var home = await allocation.AllocateShard(TestActor, $"{slot}", regions.ToImmutableDictionary());
            regions[home] = regions[home].Add($"{slot}");
            homes.Add(home.Path.Address.Port);
        }
        Assert.Equal([1, 1, 1, 2], homes.Order());
        var none = allocation.AllocateShard(TestActor, "4", regions.ToImmutableDictionary());
        Assert.False(none.IsCompleted);
        time.Pass();
        Assert.Null(await none.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task No_slot_is_ever_moved()
    {
        var regions = new Dictionary<IActorRef, IImmutableList<string>> { [CreateTestProbe().Ref] = ["0", "1", "2"], [CreateTestProbe().Ref] = ImmutableList<string>.Empty }.ToImmutableDictionary();
        Assert.Empty(await new SlotAllocation(_ => 1, TimeProvider.System).Rebalance(regions, ImmutableHashSet<string>.Empty));
    }

    /// <summary>Time that passes when the test says so.</summary>
    private sealed class HeldTime : TimeProvider, ITimer
    {
        private Action ring = () => { };

        public void Pass() => ring();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ring = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }

    /// <summary>The region of another node.</summary>
    private EmptyLocalActorRef At(int port)
        => new(((ExtendedActorSystem)Sys).Provider, new RootActorPath(new Address("akka.tcp", "other", "localhost", port)) / "system" / "region", Sys.EventStream);
}
