using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace MapReduce.Worker.Blobs;

/// <summary>Packages, side files and plans on a node's disk, each named by its digest: what has the right name is the right thing.</summary>
/// <param name="folder">The folder.</param>
public sealed class BlobStore(string folder)
{
    private const string Unfinished = ".new";

    // What the smallest file takes of a disk.
    private const long Block = 4 << 10;

    private readonly ConcurrentDictionary<string, (long Length, DateTime Written)> seen = [];

    /// <summary>The digest of some bytes: SHA-256, 64 hexadecimal digits.</summary>
    public static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Whether a text has the form of a digest; nothing else may become the name of a file.</summary>
    public static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The file of a blob; null where the node has none.</summary>
    public string? Find(string digest)
    {
        var path = PathOf(digest);
        if (!File.Exists(path)) return null;
        try
        {
            File.SetLastAccessTimeUtc(path, DateTime.UtcNow);
        }
        catch (IOException)
        {
            // Cleaned up at this moment.
            return null;
        }
        return path;
    }

    /// <summary>The file of a blob, after its bytes were compared with its digest: at the first use, and again whenever the file has changed since.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="wasDamaged">Whether the node had one that was not what its name says; it is removed.</param>
    /// <returns>Null where the node has none, or none that is whole.</returns>
    public string? FindWhole(string digest, out bool wasDamaged)
    {
        wasDamaged = false;
        if (Find(digest) is not { } path) return null;
        var file = new FileInfo(path);
        var state = (file.Length, file.LastWriteTimeUtc);
        if (seen.TryGetValue(digest, out var known) && known == state) return path;
        using (var content = File.OpenRead(path)) wasDamaged = Convert.ToHexStringLower(SHA256.HashData(content)) != digest;
        if (wasDamaged)
        {
            File.Delete(path);
            return null;
        }
        seen[digest] = state;
        return path;
    }

    /// <summary>Keeps some bytes.</summary>
    /// <returns>Their digest.</returns>
    public string Put(ReadOnlySpan<byte> bytes)
    {
        var digest = Digest(bytes);
        if (Find(digest) is not null) return digest;
        var temporary = Temporary();
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, PathOf(digest), overwrite: true);
        return digest;
    }

    /// <summary>Keeps what a stream holds.</summary>
    /// <param name="content">The stream.</param>
    /// <param name="expected">The digest that it must have; null where any will do.</param>
    /// <param name="mostBytes">How long it may be.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="check">Looks at the whole content, in a file under another name, before anybody can find it: of what it throws at, nothing is kept. Null for none.</param>
    /// <exception cref="BlobException">It is too long, or not what it should be.</exception>
    public async Task<string> PutAsync(Stream content, string? expected, long mostBytes, CancellationToken cancellation, Func<string, Task>? check = null)
    {
        var temporary = Temporary();
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: false))
            {
                var buffer = new byte[128 << 10];
                var length = 0L;
                for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
                {
                    if ((length += read) > mostBytes) throw BlobException.TooLarge(mostBytes);
                    hash.AppendData(buffer, 0, read);
                    file.Write(buffer, 0, read);
                }
            }
            var digest = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (expected is not null && digest != expected) throw new BlobException(BlobError.Damaged, $"What arrived as {expected} has the digest {digest}: it was damaged on the way. Send it again.");
            if (check is not null) await check(temporary);
            File.Move(temporary, PathOf(digest), overwrite: true);
            return digest;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>How many bytes of the disk the blobs take, with those that are arriving.</summary>
    public long Bytes => Files().Sum(file => Math.Max(LengthOf(file), Block));

    /// <summary>The digests of all blobs, their bytes, and when each was used last.</summary>
    public IReadOnlyList<(string Digest, long Bytes, DateTime UsedAt)> All()
        => [.. Files().Where(file => IsDigest(file.Name)).Select(file => (file.Name, file.Length, UsedAt(file)))];

    /// <summary>Removes a blob, unless it was used since.</summary>
    public void Remove(string digest, DateTime usedSince)
    {
        var file = new FileInfo(PathOf(digest));
        if (!file.Exists || UsedAt(file) >= usedSince) return;
        file.Delete();
        seen.TryRemove(digest, out _);
    }

    /// <summary>Removes what a node that was killed had not received whole.</summary>
    /// <param name="writtenSince">Nothing written to since then is removed: it may be arriving.</param>
    public void RemoveUnfinished(DateTime writtenSince)
    {
        foreach (var file in Files().Where(file => file.Name.EndsWith(Unfinished, StringComparison.Ordinal) && file.LastWriteTimeUtc < writtenSince)) file.Delete();
    }

    private IEnumerable<FileInfo> Files() => Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles() : [];

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            // It has arrived under its own name, or was refused, or removed, at this moment.
            return 0;
        }
    }

    private static DateTime UsedAt(FileInfo file) => file.LastAccessTimeUtc > file.LastWriteTimeUtc ? file.LastAccessTimeUtc : file.LastWriteTimeUtc;

    private string PathOf(string digest) => IsDigest(digest) ? Path.Combine(folder, digest) : throw new BlobException(BlobError.Damaged, $"'{digest}' is no digest.");

    private string Temporary()
    {
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, $"{Guid.NewGuid():n}{Unfinished}");
    }
}

/// <summary>What can be wrong with a blob.</summary>
public enum BlobError
{
    /// <summary>It is longer than allowed.</summary>
    TooLarge,

    /// <summary>It is not what its digest says, or no package.</summary>
    Damaged,

    /// <summary>No node has it.</summary>
    Missing,

    /// <summary>There are other nodes, and none of them takes a copy.</summary>
    NotCopied,

    /// <summary>The node has no room for more.</summary>
    Full,

    /// <summary>It is a package that must be signed, and is not.</summary>
    Unsigned,

    /// <summary>It is a package that none of those has signed who may.</summary>
    UnknownSigner,

    /// <summary>It is a package that is not what was signed.</summary>
    BadSignature,
}

/// <summary>A blob cannot be had or kept; the message is for the user.</summary>
public sealed class BlobException(BlobError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is wrong.</summary>
    public BlobError Error { get; } = error;

    /// <summary>A package or a side file has more bytes than the cluster takes.</summary>
    public static BlobException TooLarge(long mostBytes)
        => new(BlobError.TooLarge, $"The package, or a file that goes with it, has more than {(mostBytes < 1 << 20 ? $"{mostBytes >> 10} KiB" : $"{mostBytes >> 20} MiB")}, the most that the cluster takes. Leave out what the job does not need, or raise mapreduce.packages.size-limit.");

    /// <summary>A package has more content than the cluster takes, whatever it says of itself.</summary>
    public static BlobException Bomb(long mostBytes)
        => new(BlobError.TooLarge, $"The package holds more than {mostBytes >> 20} MiB, the most that the cluster unpacks. Leave out what the job does not need, or raise mapreduce.packages.content-limit.");

    /// <summary>A package is not what its signer has signed.</summary>
    public static BlobException BadSignature()
        => new(BlobError.BadSignature, "The signature of the package does not fit: a file was built anew, changed, added or removed after it was signed, or the signature itself is damaged. Sign it again with mr package sign, after the last build.");

    /// <summary>A node has so many blobs that it takes no more.</summary>
    public static BlobException Full(long mostBytes)
        => new(BlobError.Full, $"This node keeps more than {mostBytes >> 20} MiB of packages and files, twice what it should, and takes no more. What no job needs goes ten minutes after its last use: try again then, or raise mapreduce.retention.packages.");
}
