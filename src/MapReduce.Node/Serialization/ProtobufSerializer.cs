using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using MapReduce.Protocol;

namespace MapReduce.Node.Serialization;

/// <summary>The one serializer of our messages: an allow-list with short manifests.</summary>
public sealed class ProtobufSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <inheritdoc/>
    public override int Identifier => 4711;

    /// <inheritdoc/>
    public override string Manifest(object o) => Manifests.Of(o.GetType()) ?? throw new SerializationException($"{o.GetType()} is not among the messages that may be sent.");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        var manifest = Manifest(obj);
        var bytes = ((IMessage)obj).ToByteArray();
        if (bytes.Length > MessageLimits.MostBytes && !Manifests.IsOfJournal(obj.GetType()))
            throw new SerializationException($"A message '{manifest}' has {bytes.Length} bytes, and may have {MessageLimits.MostBytes}. Large data goes over HTTP.");
        return bytes;
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        var parser = Manifests.Parser(manifest) ?? throw new SerializationException($"'{manifest}' is not among the messages that may be received.");
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new SerializationException($"A message '{manifest}' is damaged: {exception.Message}", exception);
        }
    }
}
