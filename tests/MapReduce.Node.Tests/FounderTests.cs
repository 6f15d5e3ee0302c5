using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit.Xunit2;
using MapReduce.Node.Membership;
using MapReduce.Node.Serialization;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>The actor around <see cref="Founding"/>, in bare actor systems.</summary>
public sealed class FounderTests : TestKit
{
    private static readonly string Settings = $$"""
        {{Patience.ForProbes}}
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        akka.cluster { gossip-interval = 100ms, leader-actions-interval = 100ms }
        akka.remote.dot-netty.tcp { hostname = localhost, port = 0 }
        akka.actor {
          provider = cluster
          serializers.mapreduce = "{{typeof(ProtobufSerializer).AssemblyQualifiedName}}"
          serialization-bindings { "Google.Protobuf.IMessage, Google.Protobuf" = mapreduce }
          serialization-identifiers { "{{typeof(ProtobufSerializer).AssemblyQualifiedName}}" = 4711 }
        }
        """;

    // The kit itself would look ten times within its patience.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public FounderTests() : base(Settings)
    {
    }

    [Fact]
    public async Task Of_three_nodes_one_founds_a_cluster_that_the_others_join()
    {
        List<ActorSystem> systems = [Sys, ActorSystem.Create(Sys.Name, Settings), ActorSystem.Create(Sys.Name, Settings)];
        try
        {
            var electors = systems.ConvertAll(AddressOf);
            var memories = systems.ConvertAll(system => Start(system, electors, TimeSpan.FromMilliseconds(100)).Memory);
            foreach (var memory in memories) await AwaitConditionAsync(() => Task.FromResult(memory.Members.SequenceEqual(electors.Order(StringComparer.Ordinal))), Patience.Limit, Pause);
            Assert.All(systems, system => Assert.Equal(3, Cluster.Get(system).State.Members.Count));
        }
        finally
        {
            foreach (var system in systems[1..]) await system.Terminate();
        }
    }

    [Fact]
    public void A_node_that_is_in_no_cluster_votes_for_one_candidate()
    {
        string[] electors = ["akka.tcp://test@localhost:1", "akka.tcp://test@localhost:2", AddressOf(Sys)];
        // None of its own rounds is due while the test asks.
        var founder = Start(Sys, electors, TimeSpan.FromHours(1)).Founder;
        Assert.Equal(FoundingState.Alone, Ask(electors[0], stands: false));
        Assert.Equal(FoundingState.Vote, Ask(electors[1], stands: true));
        Assert.Equal(FoundingState.Alone, Ask(electors[0], stands: true));
        Assert.Equal(FoundingState.Vote, Ask(electors[1], stands: true));

        FoundingState Ask(string candidate, bool stands)
        {
            founder.Tell(new FoundingQuestion { Round = 7, Stands = stands, Supporters = { electors[..2] } }, new Elsewhere(candidate, ((ExtendedActorSystem)Sys).Provider, TestActor));
            var answer = ExpectMsg<FoundingAnswer>();
            Assert.Equal(7, answer.Round);
            return (FoundingState)answer.State;
        }
    }

    private static string AddressOf(ActorSystem system) => Cluster.Get(system).SelfAddress.ToString();

    private static (IActorRef Founder, MemberMemory Memory) Start(ActorSystem system, IReadOnlyList<string> electors, TimeSpan interval)
    {
        var memory = new MemberMemory();
        return (system.ActorOf(Props.Create(() => new Founder(electors, interval, memory)), Founder.Name), memory);
    }

    /// <summary>The founder of another node; what it is told, the test hears.</summary>
    private sealed class Elsewhere(string address, IActorRefProvider provider, IActorRef listener) : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(Address.Parse(address)) / "user" / Founder.Name;

        public override IActorRefProvider Provider => provider;

        protected override void TellInternal(object message, IActorRef sender) => listener.Tell(message, sender);
    }
}
