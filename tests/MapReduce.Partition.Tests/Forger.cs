using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using Akka.Serialization;

namespace MapReduce.Partition.Tests;

/// <summary>Speaks to nodes as a node does, with a certificate of the cluster for its own address, and sends a <see cref="Forgery"/>.</summary>
internal sealed class Forger : IAsyncDisposable
{
    private readonly ActorSystem system;

    /// <param name="host">Its own address.</param>
    /// <param name="certificate">What it shows to nodes.</param>
    public Forger(string host, X509Certificate2 certificate)
    {
        var config = ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = remote
              remote.dot-netty.tcp { hostname = "{{host}}", port = 0, enable-ssl = on }
            }
            """);
        system = ActorSystem.Create("forger", ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(config),
            new DotNettySslSetup(certificate, suppressValidation: true),
            SerializationSetup.Create(system => [.. Forgery.All.Select(forgery => SerializerDetails.Create(forgery.GetType().Name, new Serializer(system, forgery), ImmutableHashSet.Create(forgery.GetType())))])));
    }

    public void Send(string actor, Forgery forgery) => system.ActorSelection(actor).Tell(forgery);

    public async ValueTask DisposeAsync() => await system.Terminate();

    /// <summary>Writes one kind of forgery.</summary>
    private sealed class Serializer(ExtendedActorSystem system, Forgery forgery) : SerializerWithStringManifest(system)
    {
        public override int Identifier => forgery.Serializer;

        public override string Manifest(object o) => forgery.Manifest;

        public override byte[] ToBinary(object obj) => "{}"u8.ToArray();

        public override object FromBinary(byte[] bytes, string manifest) => throw new NotSupportedException("Nobody answers with a forgery.");
    }
}
