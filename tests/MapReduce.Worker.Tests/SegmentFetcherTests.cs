using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Segments;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>What a reduce task's node asks of others at a time.</summary>
public sealed class SegmentFetcherTests : IDisposable
{
    private const int MostRequests = 4;
    private const int MostShares = 256;
    private const int MapsOfHolder = 700;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-fetcher-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Of_thousands_of_shares_a_bounded_number_is_asked_for_at_a_time_and_all_come()
    {
        using var holders = new Holders();
        using var http = new HttpClient(holders);
        await using var node = TestNode.Make(folder, http);
        var fetcher = new SegmentFetcher(node.Segments, node.Links, node.Settings.Address, neighbours: null, node.Epochs, node.Metrics);
        var maps = Enumerable.Range(0, 2 * MapsOfHolder).Select(map => (new AttemptId(new TaskId(0, TaskKind.Map, map), 0), new Holder { Node = $"holder-{map % 2}", Address = $"http://holder-{map % 2}/" })).ToList();
        var files = await fetcher.FetchAsync("job", "plan", reduce: 3, maps, Path.Combine(folder, "fetched"), CancellationToken.None);
        Assert.Equal(MostRequests, holders.MostAtATime);
        Assert.Equal([188, 188, MostShares, MostShares, MostShares, MostShares], holders.Requests.Select(request => request.Maps.Count).Order());
        Assert.All(holders.Requests, request => Assert.Equal(3, request.Reduce));
        Assert.Equal(Enumerable.Range(0, maps.Count), files.Select(file => BitConverter.ToInt32(File.ReadAllBytes(file))));
    }

    /// <summary>Nodes with map outputs whose shares are the numbers of their tasks. They answer when as many requests have come as may come at a time.</summary>
    private sealed class Holders : HttpMessageHandler
    {
        private readonly Lock gate = new();
        private readonly TaskCompletionSource areMany = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int open;

        public ConcurrentQueue<SegmentsRequest> Requests { get; } = [];

        public int MostAtATime { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = SegmentsRequest.Parser.ParseFrom(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            Requests.Enqueue(asked);
            lock (gate)
            {
                MostAtATime = Math.Max(MostAtATime, ++open);
                if (open >= MostRequests) areMany.TrySetResult();
            }
            await areMany.Task.WaitAsync(Patience.Limit, cancellationToken);
            var shares = new byte[asked.Maps.Count * (sizeof(long) + sizeof(int))];
            for (var share = 0; share < asked.Maps.Count; share++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(shares.AsSpan(share * 12), sizeof(int));
                BinaryPrimitives.WriteInt32LittleEndian(shares.AsSpan(share * 12 + sizeof(long)), asked.Maps[share].Index);
            }
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Answer(this, shares)) };
        }

        private void Close()
        {
            lock (gate) open--;
        }

        /// <summary>A request is open until its answer is read.</summary>
        private sealed class Answer(Holders holders, byte[] bytes) : MemoryStream(bytes)
        {
            private bool isClosed;

            protected override void Dispose(bool disposing)
            {
                if (!isClosed) holders.Close();
                isClosed = true;
                base.Dispose(disposing);
            }
        }
    }
}
