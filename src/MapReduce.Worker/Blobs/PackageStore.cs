using System.Collections.Concurrent;
using System.IO.Compression;

namespace MapReduce.Worker.Blobs;

/// <summary>The packages of jobs, unpacked once each and then shared by all executors of the node.</summary>
/// <param name="folder">The folder.</param>
/// <param name="mostContentBytes">The most bytes of a package's content.</param>
public sealed class PackageStore(string folder, long mostContentBytes)
{
    private const int MostFiles = 10_000;

    private readonly ConcurrentDictionary<string, object> gates = [];

    /// <summary>The folder with the content of a package.</summary>
    /// <param name="digest">The package's digest.</param>
    /// <param name="file">Its file.</param>
    /// <exception cref="BlobException">It is no package, or an evil one.</exception>
    public string Unpack(string digest, string file)
    {
        lock (gates.GetOrAdd(digest, _ => new object()))
        {
            var target = Path.Combine(folder, digest);
            if (Directory.Exists(target)) return target;
            var temporary = Path.Combine(folder, $"{digest}.new");
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            Directory.CreateDirectory(temporary);
            try
            {
                Extract(file, temporary, mostContentBytes);
                Directory.Move(temporary, target);
                return target;
            }
            finally
            {
                if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            }
        }
    }

    /// <summary>Checks a package without unpacking it.</summary>
    /// <exception cref="BlobException">It is no package, or an evil one.</exception>
    public static void Check(string file, long mostContentBytes) => Read(file, archive => CheckEntries(archive, mostContentBytes));

    private static void Extract(string file, string target, long mostContentBytes) => Read(file, archive =>
    {
        CheckEntries(archive, mostContentBytes);
        var left = mostContentBytes;
        foreach (var entry in archive.Entries.Where(entry => entry.Name.Length > 0))
        {
            var path = Path.Combine(target, entry.FullName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var content = entry.Open();
            using var copy = File.Create(path);
            left = Copy(content, copy, left, mostContentBytes);
        }
    });

    /// <summary>Copies; the sizes that an archive claims are not to be trusted.</summary>
    private static long Copy(Stream content, FileStream copy, long left, long most)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            if ((left -= read) < 0) throw Bomb(most);
            copy.Write(buffer, 0, read);
        }
        return left;
    }

    private static void CheckEntries(ZipArchive archive, long most)
    {
        if (archive.Entries.Count > MostFiles) throw new BlobException(BlobError.TooLarge, $"The package has {archive.Entries.Count} files, and may have {MostFiles}.");
        var total = 0L;
        foreach (var entry in archive.Entries)
        {
            if (Path.IsPathRooted(entry.FullName) || entry.FullName.Split('/', '\\').Contains("..") || entry.FullName.Contains(':', StringComparison.Ordinal))
                throw new BlobException(BlobError.Damaged, $"The package holds '{entry.FullName}', which leads out of its folder. It is refused; make the package again with mr submit.");
            if (entry.Length < 0 || (total += entry.Length) > most) throw Bomb(most);
        }
    }

    private static BlobException Bomb(long most)
        => new(BlobError.TooLarge, $"The package holds more than {most >> 20} MiB, the most that the cluster unpacks. Leave out what the job does not need, or raise mapreduce.packages.content-limit.");

    private static void Read(string file, Action<ZipArchive> read)
    {
        try
        {
            using var archive = ZipFile.OpenRead(file);
            read(archive);
        }
        catch (InvalidDataException exception)
        {
            throw new BlobException(BlobError.Damaged, $"The package is no ZIP archive: {exception.Message} Make it again with mr submit.", exception);
        }
    }
}
