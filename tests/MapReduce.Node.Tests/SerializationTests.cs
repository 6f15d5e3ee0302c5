using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using MapReduce.Node.Serialization;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class SerializationTests() : TestKit(Settings + Patience.ForProbes)
{
    private const string Settings = """
        akka.actor {
          serializers {
            mapreduce = "MapReduce.Node.Serialization.ProtobufSerializer, MapReduce.Node"
            json = "MapReduce.Node.Serialization.RefusingJsonSerializer, MapReduce.Node"
            daemon-create = "MapReduce.Node.Serialization.RefusingDeploymentSerializer, MapReduce.Node"
          }
          serialization-bindings {
            "Google.Protobuf.IMessage, Google.Protobuf" = mapreduce
          }
          serialization-identifiers {
            "MapReduce.Node.Serialization.ProtobufSerializer, MapReduce.Node" = 4711
            "MapReduce.Node.Serialization.RefusingJsonSerializer, MapReduce.Node" = 1
            "MapReduce.Node.Serialization.RefusingDeploymentSerializer, MapReduce.Node" = 3
          }
          serialization-settings.allow-unregistered-types = false
        }

        """;

    public static TheoryData<Type> Types => new(Manifests.Types);

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_message_comes_back(Type type)
    {
        var message = (IMessage)Activator.CreateInstance(type)!;
        Fill(message, 3);
        var serializer = Assert.IsType<ProtobufSerializer>(Sys.Serialization.FindSerializerFor(message));
        var manifest = serializer.Manifest(message);
        Assert.True(manifest.Length <= 4);
        Assert.Equal(message, Sys.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, manifest));
    }

    [Fact]
    public void Every_message_of_the_conversations_with_the_master_may_be_sent()
    {
        var parts = new HashSet<string> { "Slot", "Attempt", "JobOrder", "Plan", "Failure", "Holder", "SideFile", "SegmentsRequest" };
        var missing = typeof(Wake).Assembly.GetTypes().Where(type => type.Namespace == typeof(Wake).Namespace && typeof(IMessage).IsAssignableFrom(type) && !parts.Contains(type.Name)).Except(Manifests.Types);
        Assert.Empty(missing);
    }

    [Fact]
    public void A_type_that_is_not_on_the_list_is_refused_on_its_way_out_and_in()
    {
        var serializer = new ProtobufSerializer((ExtendedActorSystem)Sys);
        Assert.Throws<SerializationException>(() => serializer.ToBinary(new Holder()));
        Assert.Throws<SerializationException>(() => serializer.FromBinary([], "zz9"));
        Assert.Throws<SerializationException>(() => serializer.FromBinary([0xFF, 0xFF], "wr1"));
        Assert.ThrowsAny<Exception>(() => Sys.Serialization.FindSerializerFor(new Rogue("x")).ToBinary(new Rogue("x")));
    }

    [Fact]
    public void Json_and_remote_deployment_are_refused_whatever_they_claim_to_be()
    {
        var forged = """{"$type":"System.IO.FileInfo, System.Private.CoreLib","fileName":"/tmp/x"}"""u8.ToArray();
        Assert.Throws<SerializationException>(() => Sys.Serialization.Deserialize(forged, 1, typeof(object).AssemblyQualifiedName));
        Assert.Throws<SerializationException>(() => Sys.Serialization.Deserialize(forged, 3, ""));
        Assert.Throws<SerializationException>(() => new RefusingJsonSerializer((ExtendedActorSystem)Sys, Config.Empty).ToBinary("x"));
    }

    [Fact]
    public void A_message_that_is_too_large_is_refused_and_a_snapshot_is_not()
    {
        var serializer = new ProtobufSerializer((ExtendedActorSystem)Sys);
        var order = new Grant { Order = new JobOrder { Arguments = { new string('x', Protocol.MessageLimits.MostBytes) } } };
        Assert.Contains("HTTP", Assert.Throws<SerializationException>(() => serializer.ToBinary(order)).Message, StringComparison.Ordinal);
        var snapshot = new Protocol.Journal.JobSnapshot { Stages = { new Protocol.Journal.StageSnapshot { PlanHash = new string('x', Protocol.MessageLimits.MostBytes) } } };
        Assert.True(serializer.ToBinary(snapshot).Length > Protocol.MessageLimits.MostBytes);
    }

    /// <summary>Sets every field to something.</summary>
    private static void Fill(IMessage message, int depth)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (depth == 0 && field.FieldType == FieldType.Message) continue;
            if (field.IsRepeated) ((System.Collections.IList)field.Accessor.GetValue(message)).Add(ValueOf(field, depth));
            else field.Accessor.SetValue(message, ValueOf(field, depth));
        }
    }

    private static object ValueOf(FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                var inner = (IMessage)Activator.CreateInstance(field.MessageType.ClrType)!;
                Fill(inner, depth - 1);
                return inner;
            case FieldType.Enum: return field.EnumType.Values[^1].Number;
            case FieldType.String: return field.Name;
            case FieldType.Bytes: return ByteString.CopyFromUtf8(field.Name);
            case FieldType.Bool: return true;
            case FieldType.Int32 or FieldType.SInt32: return field.FieldNumber;
            case FieldType.Fixed64 or FieldType.UInt64: return (ulong)field.FieldNumber;
            default: return (long)field.FieldNumber;
        }
    }

    private sealed record Rogue(string Text);
}
