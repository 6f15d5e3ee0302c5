using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Telemetry;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Telemetry;

namespace MapReduce.Worker.Segments;

/// <summary>A map output cannot be had.</summary>
internal sealed class FetchException(AttemptId map, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whose output.</summary>
    public AttemptId Map { get; } = map;
}

/// <summary>Brings a reduce task's share of all map outputs to its node.</summary>
/// <remarks>One request fetches many shares. What is on a disk of this machine is opened where it is.</remarks>
/// <param name="store">The map outputs of this node.</param>
/// <param name="links">The way to others.</param>
/// <param name="self">The address of this node.</param>
/// <param name="neighbours">How outputs of other nodes of this machine are opened where they are; null where none are.</param>
/// <param name="epochs">The highest epoch seen.</param>
/// <param name="metrics">Where shares are counted.</param>
internal sealed class SegmentFetcher(SegmentStore store, NodeLinks links, string self, Neighbours? neighbours, EpochGate epochs, WorkerMetrics metrics)
{
    /// <summary>The path of the shuffle below a node's address.</summary>
    public const string Path = "internal/segments";

    private const int SharesOfRequest = 256;
    private const int Tries = 3;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);

    /// <summary>The files to reduce, in the order of the map tasks.</summary>
    /// <param name="job">The job.</param>
    /// <param name="plan">The digest of the stage's plan.</param>
    /// <param name="reduce">The reduce task.</param>
    /// <param name="maps">The map attempts that count, in the order of their tasks, and who holds them.</param>
    /// <param name="folder">Where fetched shares go.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="FetchException">An output cannot be had.</exception>
    public async Task<string[]> FetchAsync(string job, string plan, int reduce, IReadOnlyList<(AttemptId Map, Holder Holder)> maps, string folder, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        using var span = Tracing.Child("fetch map outputs");
        var files = new string[maps.Count];
        var missing = new List<int>();
        for (var i = 0; i < maps.Count; i++)
        {
            files[i] = store.PathOf(job, maps[i].Map);
            var isHere = maps[i].Holder.Address == self;
            if (isHere && !File.Exists(files[i])) throw new FetchException(maps[i].Map, $"The output of {maps[i].Map} is not on the disk of this node any more.");
            if (isHere) continue;
            if (neighbours?.Find(maps[i].Holder, job, maps[i].Map) is { } near) files[i] = near;
            else missing.Add(i);
        }
        var requests = missing.GroupBy(i => maps[i].Holder.Address).SelectMany(holder => holder.Chunk(SharesOfRequest).Select(chunk => (Address: holder.Key, Maps: chunk))).ToList();
        if (requests.Count > 0) Directory.CreateDirectory(folder);
        // From different nodes at a time, in a different order for each task, so that not all ask the same node first.
        await Parallel.ForEachAsync(Enumerable.Range(0, requests.Count).Select(i => requests[(i + reduce) % requests.Count]),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation },
            async (request, token) =>
            {
                foreach (var i in request.Maps) files[i] = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(files[i]));
                await FetchAsync(request.Address, job, plan, reduce, request.Maps, [.. request.Maps.Select(i => maps[i].Map)], files, token);
            });
        span?.SetTag("mapreduce.shares", maps.Count).SetTag("mapreduce.shares_fetched", missing.Count);
        metrics.Shares.Add(maps.Count - missing.Count, "disk");
        metrics.Shares.Add(missing.Count, "network");
        metrics.FetchEnded(Stopwatch.GetElapsedTime(begun));
        return files;
    }

    /// <summary>Asks a node whether the share of a map output on its disk is whole.</summary>
    /// <returns>Null where it does not say.</returns>
    public async Task<bool?> IsWholeAsync(string address, string job, string plan, int reduce, AttemptId map, DataProtection? protection, CancellationToken cancellation)
    {
        try
        {
            using var message = Request(address, job, new SegmentsRequest { Job = job, Epoch = epochs.Highest, Plan = plan, Reduce = reduce, Maps = { Wire.Write(map) }, Check = true, Protection = protection });
            using var response = await links.Http.SendAsync(message, cancellation);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
            return response.StatusCode == HttpStatusCode.OK && answer.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(answer) >= 0 : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private HttpRequestMessage Request(string address, string job, SegmentsRequest request)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(address), Path)) { Content = new ByteArrayContent(request.ToByteArray()) };
        message.Headers.Add(NodeLinks.JobTokenHeader, links.JobToken(job));
        return message;
    }

    private async Task FetchAsync(string address, string job, string plan, int reduce, int[] indices, AttemptId[] maps, string[] files, CancellationToken cancellation)
    {
        using var span = Tracing.Child("fetch segments", ActivityKind.Client);
        span?.SetTag("server.address", address).SetTag("mapreduce.shares", maps.Length);
        for (var (done, tries) = (0, 1); done < maps.Length;)
        {
            try
            {
                var request = new SegmentsRequest { Job = job, Epoch = epochs.Highest, Plan = plan, Reduce = reduce, Maps = { maps.Skip(done).Select(Wire.Write) } };
                using var message = Request(address, job, request);
                if (span is not null) message.Headers.Add(Tracing.Header, Tracing.ContextOf(span));
                using var response = await Silence.LimitAsync(token => links.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token), address, Silence.Longest, cancellation);
                if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"{address} answers {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
                await using var content = Silence.Limit(await response.Content.ReadAsStreamAsync(cancellation), address);
                for (; done < maps.Length; done++) metrics.Fetched.Add(await Share.ReadAsync(content, maps[done], files[indices[done]], address, cancellation));
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or HttpIOException)
            {
                if (tries++ >= Tries)
                {
                    span.Fail("fetch_failed", exception.Message);
                    throw new FetchException(maps[done], $"The output of {maps[done]} cannot be fetched from {address}: {exception.Message}", exception);
                }
                metrics.Retries.Add(1);
                await Task.Delay(Delay * tries, cancellation);
            }
        }
    }
}
