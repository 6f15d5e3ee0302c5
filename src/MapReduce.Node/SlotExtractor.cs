using System.Globalization;
using Akka.Cluster.Sharding;
using MapReduce.Protocol.Work;

namespace MapReduce.Node;

/// <summary>A slot, its shard and its entity are one: the number of the slot names them all.</summary>
internal sealed class SlotExtractor : IMessageExtractor
{
    public string? EntityId(object message) => message is Wake wake ? wake.Slot.ToString(CultureInfo.InvariantCulture) : null;

    public object EntityMessage(object message) => message;

    public string? ShardId(object message) => EntityId(message);

    public string ShardId(string entityId, object? messageHint = null) => entityId;
}
