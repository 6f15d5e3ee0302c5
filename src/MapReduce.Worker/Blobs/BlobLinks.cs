using System.Net;
using System.Text;

namespace MapReduce.Worker.Blobs;

/// <summary>Brings blobs to the node, and copies of them to others.</summary>
/// <param name="store">The node's own.</param>
/// <param name="links">The way to the others.</param>
/// <param name="mostBytes">The most bytes of a blob.</param>
public sealed class BlobLinks(BlobStore store, NodeLinks links, long mostBytes)
{
    /// <summary>The path of blobs below a node's address.</summary>
    public const string Path = "internal/blobs/";

    /// <summary>On how many other nodes each blob is, where there are so many: in a cluster of five, two may be cut off at once.</summary>
    public const int Copies = 2;

    private const int Rounds = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // A copy that goes slower than that goes to another node.
    private const int SlowestBytesOfSecond = 4 << 20;

    /// <summary>The file of a blob, fetched from another node where need be.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="holders">Addresses of nodes that are thought to have it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BlobException">No node that can be reached has it.</exception>
    /// <exception cref="IOException">The disk of this node is full, for which no other node is to blame.</exception>
    public async Task<string> GetAsync(string digest, IReadOnlyList<string> holders, CancellationToken cancellation)
    {
        if (store.FindWhole(digest, out var wasDamaged) is { } path) return path;
        if (wasDamaged) links.Warn($"The copy of {digest} on this node's disk is damaged: its bytes do not have that digest. It is removed, and fetched from another node. The disk may be failing.");
        var tried = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            if (round > 0) await Task.Delay(Pause * round, cancellation);
            tried.Clear();
            foreach (var address in holders.Concat(links.Peers()).Distinct())
            {
                try
                {
                    if (await FetchAsync(address, digest, tried, cancellation) is { } fetched) return fetched;
                }
                catch (Exception exception) when (!Failures.IsDiskFull(exception) && (exception is HttpRequestException or IOException or BlobException || IsTimeout(exception, cancellation)))
                {
                    // The next node may have it.
                    tried.Add($"{address} ({exception.Message})");
                }
            }
        }
        // Who is told why a job fails need not know the digest, by which anybody who may submit can read the file.
        links.Warn($"{digest} cannot be had from any node.");
        throw new BlobException(BlobError.Missing, $"A file that the job needs cannot be had from any node; asked were {string.Join(", ", tried)}.{(wasDamaged ? " The copy on this node's own disk was damaged." : "")} If the nodes that held it have left, submit the job again.");
    }

    /// <summary>Copies a blob to <see cref="Copies"/> other nodes, or as many as there are, so that the loss of this one and another does not lose it.</summary>
    /// <returns>The addresses of those that have it now; none where this is the only node.</returns>
    /// <remarks>The same blob goes to the same nodes whoever copies it: one that has it already takes no byte of it.</remarks>
    public async Task<IReadOnlyList<string>> ReplicateAsync(string digest, CancellationToken cancellation) => (await CopyAsync(digest, cancellation)).Holders;

    /// <summary>Copies a blob as <see cref="ReplicateAsync"/> does, and fails where there are other nodes and none of them has it then: no job is accepted whose package a single loss would lose.</summary>
    /// <returns>The addresses of those that have it now; none where this is the only node.</returns>
    /// <exception cref="BlobException">None of the others takes it, however often it is asked. Whoever submits may have the patience to try again, or at another node.</exception>
    public async Task<IReadOnlyList<string>> SecureAsync(string digest, CancellationToken cancellation)
    {
        for (var round = 1; ; round++)
        {
            var (holders, refusals) = await CopyAsync(digest, cancellation);
            if (holders.Count > 0 || refusals.Count == 0) return holders;
            if (round == Rounds)
                throw new BlobException(BlobError.NotCopied, $"{digest} is on one node only, and no other takes a copy: {string.Join(", ", refusals)}. What a job needs must be on two nodes before it is accepted. See to the disks and the network of those nodes, and submit the job again.");
            await Task.Delay(Pause * round, cancellation);
        }
    }

    private async Task<(IReadOnlyList<string> Holders, IReadOnlyList<string> Refusals)> CopyAsync(string digest, CancellationToken cancellation)
    {
        var file = store.Find(digest) ?? throw new BlobException(BlobError.Missing, $"{digest} is not here, so it cannot be copied.");
        var left = new Queue<string>(links.Peers().OrderBy(address => BlobStore.Digest(Encoding.UTF8.GetBytes(digest + address)), StringComparer.Ordinal));
        var (holders, refusals) = (new List<string>(), new List<string>());
        while (holders.Count < Copies && left.Count > 0)
        {
            var next = Enumerable.Range(0, Math.Min(Copies - holders.Count, left.Count)).Select(_ => left.Dequeue()).ToList();
            var answers = await Task.WhenAll(next.Select(address => GiveAsync(address, digest, file, cancellation)));
            holders.AddRange(next.Where((_, index) => answers[index] is null));
            refusals.AddRange(answers.OfType<string>());
        }
        return (holders, refusals);
    }

    private async Task<string?> FetchAsync(string address, string digest, List<string> tried, CancellationToken cancellation)
    {
        if (Place(address, digest) is not { } place)
        {
            tried.Add($"{address} (is no address of a node)");
            return null;
        }
        using var response = await Silence.LimitAsync(token => links.Http.GetAsync(place, HttpCompletionOption.ResponseHeadersRead, token), address, Silence.Longest, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            tried.Add($"{address} (answers {(int)response.StatusCode})");
            return null;
        }
        await using var content = Silence.Limit(await response.Content.ReadAsStreamAsync(cancellation), address);
        await store.PutAsync(content, digest, mostBytes, cancellation);
        return store.Find(digest);
    }

    /// <summary>Why another node does not have the blob now; null where it has it.</summary>
    private async Task<string?> GiveAsync(string address, string digest, string file, CancellationToken cancellation)
    {
        if (Place(address, digest) is not { } place)
        {
            links.Warn($"A member of the cluster says that its address is '{address}', which is no address of a node. No copies go there.");
            return $"{address} (is no address of a node)";
        }
        try
        {
            await using var content = File.OpenRead(file);
            var longest = Silence.Longest + TimeSpan.FromSeconds((double)content.Length / SlowestBytesOfSecond);
            using var request = new HttpRequestMessage(HttpMethod.Put, place) { Content = new StreamContent(content) };
            request.Headers.ExpectContinue = true;
            using var response = await Silence.LimitAsync(token => links.Http.SendAsync(request, token), address, longest, cancellation);
            return response.IsSuccessStatusCode ? null : $"{address} (answers {(int)response.StatusCode})";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || IsTimeout(exception, cancellation))
        {
            // Another node may take it.
            return $"{address} ({exception.Message})";
        }
    }

    /// <summary>Where a node has a blob; null where its address is none. What members say of themselves is not checked by anybody before.</summary>
    private static Uri? Place(string address, string digest)
        => Uri.TryCreate(address, UriKind.Absolute, out var node) && (node.Scheme == Uri.UriSchemeHttp || node.Scheme == Uri.UriSchemeHttps) ? new Uri(node, Path + digest) : null;

    private static bool IsTimeout(Exception exception, CancellationToken cancellation) => exception is OperationCanceledException && !cancellation.IsCancellationRequested;
}
