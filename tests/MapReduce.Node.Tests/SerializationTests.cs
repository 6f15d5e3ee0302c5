using System.Net.Sockets;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using MapReduce.Node.Serialization;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>What a node that runs takes for a message, and what its configuration of Akka.NET leaves open.</summary>
public sealed class SerializationTests(SerializationTests.RunningNode node) : IClassFixture<SerializationTests.RunningNode>
{
    private ActorSystem Sys => node.Node.System;

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
    public void Every_message_of_the_conversations_with_the_master_and_of_its_journals_may_be_sent()
    {
        FileDescriptor[] files = [Wake.Descriptor.File, Submit.Descriptor.File, EventRecord.Descriptor.File, MasterRecord.Descriptor.File];
        var messages = files.SelectMany(file => file.MessageTypes).ToList();
        var parts = messages.SelectMany(message => message.Fields.InDeclarationOrder()).Where(field => field.FieldType == FieldType.Message).Select(field => field.MessageType.ClrType).ToHashSet();
        // Parts of others that are messages of their own, too.
        Type[] both = [typeof(EventRecord), typeof(MasterRecord), typeof(Cancel), typeof(NodesAnswer), typeof(OutputsFound)];
        // It goes over HTTP.
        Type[] others = [typeof(SegmentsRequest)];
        Assert.Empty(messages.Select(message => message.ClrType).Where(type => !parts.Contains(type)).Concat(both).Except(others).Except(Manifests.Types));
    }

    [Fact]
    public void Of_where_slots_live_nothing_is_kept()
    {
        var sharding = Sys.Settings.Config.GetConfig("akka.cluster.sharding");
        Assert.Equal("ddata", sharding.GetString("state-store-mode"));
        Assert.False(sharding.GetBoolean("remember-entities"));
        Assert.Empty(sharding.GetStringList("distributed-data.durable.keys"));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("macos")]
    public async Task Settings_of_Akka_s_own_do_not_open_the_port_to_others()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", node.Node.Settings.Port);
        // Whoever listens at all addresses listens here, too.
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => other.ConnectAsync("127.0.0.2", node.Node.Settings.Port))).SocketErrorCode);
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

    /// <summary>A node as it runs elsewhere, but for settings that would open it.</summary>
    public sealed class RunningNode : IAsyncLifetime
    {
        private const string Settings = """
            akka.remote.dot-netty.tcp { hostname = "0.0.0.0", bind-hostname = "0.0.0.0" }
            """;

        private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
        private MiniCluster? cluster;

        public MapReduceNode Node => cluster!.Nodes["node-1"];

        public async Task InitializeAsync() => cluster = await MiniCluster.StartAsync(1, Path.Combine(folder, "cluster"), Settings + TestProgram.Settings);

        public async Task DisposeAsync()
        {
            if (cluster is not null) await cluster.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
