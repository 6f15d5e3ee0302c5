using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace MapReduce.Node.Serialization;

/// <summary>Stands where Akka.NET has its JSON serializer, which would make objects of any type that a sender names.</summary>
public sealed class RefusingJsonSerializer : Serializer
{
    /// <summary>For Akka.NET, which gives its section of the configuration.</summary>
    public RefusingJsonSerializer(ExtendedActorSystem system, Config config) : base(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => 1;

    /// <inheritdoc/>
    public override bool IncludeManifest => true;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new SerializationException($"{obj.GetType()} is not among the messages that may be sent.");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException($"A message as JSON was refused{(type is null ? "" : $"; it claims to be a {type}")}.");
}

/// <summary>Stands where Akka.NET has the serializer that lets other nodes start actors here.</summary>
public sealed class RefusingDeploymentSerializer(ExtendedActorSystem system) : Serializer(system)
{
    /// <inheritdoc/>
    public override int Identifier => 3;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new SerializationException("Actors are not deployed to other nodes.");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException("The attempt of another node to start an actor here was refused.");
}
