using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Google.Protobuf;
using MapReduce.Api;
using MapReduce.Coordination;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using MapReduce.Worker;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>Many shares of map outputs in one answer.</summary>
public sealed partial class ShuffleTests : IClassFixture<SharedCluster>, IDisposable
{
    private const int Shares = 256;

    private readonly SharedCluster shared;
    private readonly MapReduceClient client;
    private readonly HttpClient http = new();
    private readonly HttpClient peer;

    public ShuffleTests(SharedCluster shared)
    {
        this.shared = shared;
        client = shared.Cluster.Connect(Patience.Limit);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", shared.Cluster.Token);
        peer = Peer.Of(shared.Cluster.Nodes["node-1"].Settings);
    }

    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
        peer.Dispose();
    }

    [Fact]
    public async Task Whoever_does_not_read_is_sent_no_more_than_is_on_its_way_and_gets_the_same_bytes_later()
    {
        var text = string.Join('\n', Enumerable.Range(0, 500).Select(line => string.Join(' ', Enumerable.Range(0, 40).Select(word => $"word-{line:000}-{word:000}"))));
        var job = await GatedJob.StartAsync(shared, client, "map", [text, "gate"], []);
        var planned = await SharedCluster.AwaitAsync(client, job.Id, @event => @event.Event == "StagePlanned");
        var made = await job.SucceedsAsync("s0-m00000-a0");
        var node = shared.Cluster.Nodes[made.Node!].Settings;
        var map = Wire.Write(AttemptId.TryParse(made.Attempt!)!.Value);
        var request = new SegmentsRequest { Job = job.Id, Epoch = (await client.NodesAsync()).Epoch, Plan = planned.Plan!, Reduce = 0, Maps = { Enumerable.Repeat(map, Shares) } };

        using var waiting = await AskAsync(node, request);
        using var reading = await AskAsync(node, request);
        var bytes = await reading.Content.ReadAsByteArrayAsync();
        var share = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal((share + sizeof(long)) * Shares, bytes.Length);
        Assert.True(bytes.Length > 32 << 20, $"The shares have {bytes.Length} bytes.");

        // Of what was sent the one who reads has had all, and in that time the one who does not no more than what its connection holds.
        Assert.InRange(await SentAsync(node, share * Shares) - share * Shares, 0, bytes.Length / 2);
        var later = await waiting.Content.ReadAsByteArrayAsync();
        Assert.True(later.AsSpan().SequenceEqual(bytes));
        await SentAsync(node, 2 * share * Shares);
        await job.EndAsync();
    }

    private async Task<HttpResponseMessage> AskAsync(NodeSettings node, SegmentsRequest asked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, node.DataAddress + "internal/segments") { Content = new ByteArrayContent(asked.ToByteArray()) };
        request.Headers.Add(NodeLinks.JobTokenHeader, new Tokens(shared.Cluster.Token, TimeProvider.System).ForJob(asked.Job));
        return (await peer.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).EnsureSuccessStatusCode();
    }

    /// <summary>The bytes of shares that a node has sent, once they are so many: it counts a share when the last of it is on its way.</summary>
    private async Task<long> SentAsync(NodeSettings node, long least)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var sent = Sent().Match(await http.GetStringAsync(node.HttpAddress + "metrics", patience.Token));
            if (sent.Success && long.Parse(sent.Groups[1].Value, CultureInfo.InvariantCulture) is var count && count >= least) return count;
            await pause.WaitForNextTickAsync(patience.Token);
        }
    }

    [GeneratedRegex(@"^mapreduce_shuffle_sent_bytes_total\S* (\d+)", RegexOptions.Multiline)]
    private static partial Regex Sent();
}
