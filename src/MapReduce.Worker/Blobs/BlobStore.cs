using System.Security.Cryptography;

namespace MapReduce.Worker.Blobs;

/// <summary>Packages and plans on a node's disk, each named by its digest: what has the right name is the right thing.</summary>
/// <param name="folder">The folder.</param>
public sealed class BlobStore(string folder)
{
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
    /// <exception cref="BlobException">It is too long, or not what it should be.</exception>
    public async Task<string> PutAsync(Stream content, string? expected, long mostBytes, CancellationToken cancellation)
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
                    if ((length += read) > mostBytes) throw new BlobException(BlobError.TooLarge, $"The package has more than {mostBytes >> 20} MiB, the most that the cluster takes. Leave out what the job does not need, or raise mapreduce.packages.size-limit.");
                    hash.AppendData(buffer, 0, read);
                    file.Write(buffer, 0, read);
                }
            }
            var digest = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (expected is not null && digest != expected) throw new BlobException(BlobError.Damaged, $"What arrived as {expected} has the digest {digest}: it was damaged on the way. Send it again.");
            File.Move(temporary, PathOf(digest), overwrite: true);
            return digest;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Removes the blobs that were used longest ago until the rest is small enough.</summary>
    /// <param name="mostBytes">How much may stay.</param>
    /// <param name="youngest">Nothing used since then is removed.</param>
    public void Trim(long mostBytes, DateTime youngest)
    {
        if (!Directory.Exists(folder)) return;
        var total = 0L;
        foreach (var file in new DirectoryInfo(folder).GetFiles().OrderByDescending(file => file.LastAccessTimeUtc))
        {
            total += file.Length;
            if (total > mostBytes && file.LastAccessTimeUtc < youngest) file.Delete();
        }
    }

    private string PathOf(string digest) => IsDigest(digest) ? Path.Combine(folder, digest) : throw new BlobException(BlobError.Damaged, $"'{digest}' is no digest.");

    private string Temporary()
    {
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, $"{Guid.NewGuid():n}.new");
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
}

/// <summary>A blob cannot be had or kept; the message is for the user.</summary>
public sealed class BlobException(BlobError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is wrong.</summary>
    public BlobError Error { get; } = error;
}
