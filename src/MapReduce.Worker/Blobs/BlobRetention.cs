namespace MapReduce.Worker.Blobs;

/// <summary>Which packages and plans a node keeps: those that a job may need, and of the others the latest used, as many as there is room for.</summary>
/// <param name="blobs">Packages and plans.</param>
/// <param name="packages">Packages, unpacked; each goes with its blob.</param>
/// <param name="mostBytes">How many bytes of both may stay.</param>
/// <param name="age">How long what nobody uses may stay.</param>
public sealed class BlobRetention(BlobStore blobs, PackageStore packages, long mostBytes, TimeSpan age)
{
    /// <summary>How long anything stays after its last use: its job may just be on its way, and the clocks of nodes differ.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Refuses more where there is twice as much as may stay: it arrives faster than it may be removed.</summary>
    /// <exception cref="BlobException">There is.</exception>
    public void RefuseIfFull()
    {
        if (blobs.Bytes / 2 > mostBytes) throw BlobException.Full(2 * mostBytes);
    }

    /// <summary>Whether something would go, if no job needed it.</summary>
    public bool HasSurplus(DateTime now) => Surplus(now, now - Grace).Any();

    /// <summary>Removes what is too much or too old.</summary>
    /// <param name="now">The time.</param>
    /// <param name="neededSince">
    /// When the oldest job that has not ended was submitted: its package was sent to this node shortly before then, or later, and its plans later; even where the node has done
    /// nothing for the job yet, and so knows nothing of it.
    /// </param>
    public void Trim(DateTime now, DateTime neededSince)
    {
        var usedSince = (neededSince < now ? neededSince : now) - Grace;
        foreach (var digest in Surplus(now, usedSince).ToList())
        {
            Removal.Try(() =>
            {
                if (packages.Remove(digest)) blobs.Remove(digest, usedSince);
            });
        }
        Removal.Try(() => blobs.RemoveUnfinished(now - Grace));
        var kept = blobs.All().Select(blob => blob.Digest).ToHashSet();
        foreach (var digest in packages.All().Where(digest => !kept.Contains(digest))) Removal.Try(() => packages.Remove(digest));
    }

    private IEnumerable<string> Surplus(DateTime now, DateTime usedSince)
    {
        var total = 0L;
        foreach (var (digest, bytes, usedAt) in blobs.All().OrderByDescending(blob => blob.UsedAt))
        {
            total += bytes + packages.BytesOf(digest);
            if (usedAt < usedSince && (total > mostBytes || usedAt < now - age)) yield return digest;
        }
    }
}
