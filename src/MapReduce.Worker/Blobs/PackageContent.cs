using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace MapReduce.Worker.Blobs;

/// <summary>The files of a package. The sizes that an archive claims are not to be trusted.</summary>
internal static class PackageContent
{
    /// <summary>The entries that are files; the others are folders.</summary>
    public static IEnumerable<ZipArchiveEntry> Files(ZipArchive archive) => archive.Entries.Where(entry => entry.Name.Length > 0);

    /// <summary>Reads a file to its end.</summary>
    /// <param name="entry">The file.</param>
    /// <param name="left">How many bytes it may have.</param>
    /// <param name="most">How many all may have together.</param>
    /// <param name="take">Given its bytes.</param>
    /// <returns>How many bytes it has left for others.</returns>
    /// <exception cref="BlobException">It has more.</exception>
    public static long Read(ZipArchiveEntry entry, long left, long most, Action<ReadOnlySpan<byte>> take)
    {
        using var content = entry.Open();
        var buffer = new byte[64 << 10];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            if ((left -= read) < 0) throw BlobException.Bomb(most);
            take(buffer.AsSpan(0, read));
        }
        return left;
    }

    /// <summary>A digest of the names and bytes of all files but the signature: the same whatever their order in the archive, and however they are compressed.</summary>
    /// <param name="archive">The package.</param>
    /// <param name="most">The most bytes of its content.</param>
    /// <exception cref="BlobException">It has more.</exception>
    public static byte[] Digest(ZipArchive archive, long most)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var one = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        all.AppendData("MapReduce package 1\0"u8);
        var left = most;
        foreach (var entry in Files(archive).Where(entry => entry.FullName != PackageSignature.FileName).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            left = Read(entry, left, most, bytes => one.AppendData(bytes));
            var name = Encoding.UTF8.GetBytes(entry.FullName);
            var length = new byte[sizeof(int)];
            // With their lengths, names that differ cannot run together into the same bytes.
            BinaryPrimitives.WriteInt32LittleEndian(length, name.Length);
            all.AppendData(length);
            all.AppendData(name);
            all.AppendData(one.GetHashAndReset());
        }
        return all.GetHashAndReset();
    }
}
