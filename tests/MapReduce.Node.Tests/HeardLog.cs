using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;

namespace MapReduce.Node.Tests;

/// <summary>What a node logs from now on.</summary>
internal sealed class HeardLog
{
    private readonly ChannelReader<string> lines;

    public HeardLog(ActorSystem system)
    {
        var channel = Channel.CreateUnbounded<string>();
        lines = channel.Reader;
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Listener(channel.Writer))), typeof(LogEvent));
    }

    /// <summary>Waits for a line with one of these in it.</summary>
    public async Task AwaitAsync(params string[] words)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await foreach (var line in lines.ReadAllAsync(patience.Token))
            if (words.Any(word => line.Contains(word, StringComparison.Ordinal))) return;
    }

    private sealed class Listener(ChannelWriter<string> writer) : UntypedActor
    {
        protected override void OnReceive(object message) => writer.TryWrite(message.ToString()!);
    }
}
