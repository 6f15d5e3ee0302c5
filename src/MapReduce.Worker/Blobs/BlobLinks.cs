using System.Net;

namespace MapReduce.Worker.Blobs;

/// <summary>Brings blobs to the node, and copies of them to others.</summary>
/// <param name="store">The node's own.</param>
/// <param name="links">The way to the others.</param>
/// <param name="mostBytes">The most bytes of a blob.</param>
public sealed class BlobLinks(BlobStore store, NodeLinks links, long mostBytes)
{
    /// <summary>The path of blobs below a node's address.</summary>
    public const string Path = "internal/blobs/";

    /// <summary>The file of a blob, fetched from another node where need be.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="holders">Addresses of nodes that are thought to have it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BlobException">No node that can be reached has it.</exception>
    public async Task<string> GetAsync(string digest, IReadOnlyList<string> holders, CancellationToken cancellation)
    {
        if (store.Find(digest) is { } path) return path;
        var tried = new List<string>();
        foreach (var address in holders.Concat(links.Peers()).Distinct())
        {
            tried.Add(address);
            try
            {
                using var response = await links.Http.GetAsync(new Uri(new Uri(address), Path + digest), HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (response.StatusCode != HttpStatusCode.OK) continue;
                await using var content = await response.Content.ReadAsStreamAsync(cancellation);
                await store.PutAsync(content, digest, mostBytes, cancellation);
                if (store.Find(digest) is { } fetched) return fetched;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or BlobException || IsTimeout(exception, cancellation))
            {
                // The next node may have it.
            }
        }
        throw new BlobException(BlobError.Missing, $"No node has {digest}; asked were {string.Join(", ", tried)}. The nodes that held it have left: submit the job again.");
    }

    /// <summary>Copies a blob to another node, so that the loss of this one does not lose it.</summary>
    /// <returns>The addresses of all that have it now but this node; none where this is the only node.</returns>
    public async Task<IReadOnlyList<string>> ReplicateAsync(string digest, CancellationToken cancellation)
    {
        var file = store.Find(digest) ?? throw new BlobException(BlobError.Missing, $"{digest} is not here, so it cannot be copied.");
        var peers = links.Peers().ToArray();
        Random.Shared.Shuffle(peers);
        foreach (var address in peers)
        {
            try
            {
                await using var content = File.OpenRead(file);
                using var response = await links.Http.PutAsync(new Uri(new Uri(address), Path + digest), new StreamContent(content), cancellation);
                if (response.IsSuccessStatusCode) return [address];
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || IsTimeout(exception, cancellation))
            {
                // Another node may take it.
            }
        }
        return [];
    }

    private static bool IsTimeout(Exception exception, CancellationToken cancellation) => exception is OperationCanceledException && !cancellation.IsCancellationRequested;
}
