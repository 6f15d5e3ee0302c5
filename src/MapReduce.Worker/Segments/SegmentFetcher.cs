using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker.Segments;

/// <summary>A map output cannot be had.</summary>
internal sealed class FetchException(AttemptId map, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whose output.</summary>
    public AttemptId Map { get; } = map;
}

/// <summary>Brings a reduce task's share of all map outputs to its node.</summary>
/// <remarks>One request fetches many shares. What is on a disk of this machine is opened where it is.</remarks>
internal sealed class SegmentFetcher(SegmentStore store, NodeLinks links, string self, bool shortCircuit, EpochGate epochs)
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
        var files = new string[maps.Count];
        var missing = new List<int>();
        for (var i = 0; i < maps.Count; i++)
        {
            files[i] = store.PathOf(job, maps[i].Map);
            var isHere = maps[i].Holder.Address == self;
            if (isHere && !File.Exists(files[i])) throw new FetchException(maps[i].Map, $"The output of {maps[i].Map} is not on the disk of this node any more.");
            if (isHere) continue;
            if (shortCircuit && Neighbour(maps[i].Holder, job, maps[i].Map) is { } near) files[i] = near;
            else missing.Add(i);
        }
        var requests = missing.GroupBy(i => maps[i].Holder.Address).SelectMany(holder => holder.Chunk(SharesOfRequest).Select(chunk => (Address: holder.Key, Maps: chunk))).ToList();
        if (requests.Count > 0) Directory.CreateDirectory(folder);
        // From different nodes at a time, in a different order for each task, so that not all ask the same node first.
        await Parallel.ForEachAsync(Enumerable.Range(0, requests.Count).Select(i => requests[(i + reduce) % requests.Count]),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation },
            async (request, token) =>
            {
                foreach (var i in request.Maps) files[i] = System.IO.Path.Combine(folder, $"{maps[i].Map}");
                await FetchAsync(request.Address, job, plan, reduce, request.Maps, [.. request.Maps.Select(i => maps[i].Map)], files, token);
            });
        return files;
    }

    /// <summary>The output's file, where the holder is another node of this machine and lets us read it.</summary>
    private static string? Neighbour(Holder holder, string job, AttemptId map)
    {
        if (holder.Folder.Length == 0 || holder.Machine != Machine.Identity) return null;
        var path = System.IO.Path.Combine(holder.Folder, "jobs", job, "outputs", $"map-{map}");
        return File.Exists(path) ? path : null;
    }

    private async Task FetchAsync(string address, string job, string plan, int reduce, int[] indices, AttemptId[] maps, string[] files, CancellationToken cancellation)
    {
        for (var (done, tries) = (0, 1); done < maps.Length;)
        {
            try
            {
                var request = new SegmentsRequest { Job = job, Epoch = epochs.Highest, Plan = plan, Reduce = reduce, Maps = { maps.Skip(done).Select(Messages.Write) } };
                using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(address), Path)) { Content = new ByteArrayContent(request.ToByteArray()) };
                message.Headers.Add(NodeLinks.JobTokenHeader, links.JobToken(job));
                using var response = await links.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"{address} answers {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
                await using var content = await response.Content.ReadAsStreamAsync(cancellation);
                for (; done < maps.Length; done++) await ReadShareAsync(content, maps[done], files[indices[done]], address, cancellation);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or HttpIOException)
            {
                if (tries++ >= Tries) throw new FetchException(maps[done], $"The output of {maps[done]} cannot be fetched from {address}: {exception.Message}", exception);
                await Task.Delay(Delay * tries, cancellation);
            }
        }
    }

    private static async Task ReadShareAsync(Stream content, AttemptId map, string file, string address, CancellationToken cancellation)
    {
        var header = new byte[sizeof(long)];
        await content.ReadExactlyAsync(header, cancellation);
        var left = BinaryPrimitives.ReadInt64LittleEndian(header);
        if (left < 0) throw new FetchException(map, $"{address} has no output of {map}, or a damaged one.");
        await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var buffer = new byte[(int)Math.Min(256 << 10, Math.Max(1, left))];
        while (left > 0)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellation);
            if (read == 0) throw new EndOfStreamException($"{address} stopped in the middle of the output of {map}.");
            target.Write(buffer, 0, read);
            left -= read;
        }
    }
}
