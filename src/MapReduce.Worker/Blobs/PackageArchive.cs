using System.IO.Compression;

namespace MapReduce.Worker.Blobs;

/// <summary>A package as it was sent: nothing that it says of itself is taken for true.</summary>
public static class PackageArchive
{
    private const int MostFiles = 10_000;
    private const long MostBytesOfDirectory = 10 << 20;

    // The directory is looked for from the end, and then read in blocks that overlap a little.
    private const long Searching = 512 << 10;

    /// <summary>Checks a package without unpacking it.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="mostContentBytes">The most bytes of its content.</param>
    /// <exception cref="BlobException">It is no package, or an evil one.</exception>
    public static void Check(string file, long mostContentBytes) => Open(file, mostContentBytes, _ => { });

    /// <summary>Unpacks a package into a folder.</summary>
    internal static void Extract(string file, string target, long mostContentBytes) => Open(file, mostContentBytes, archive =>
    {
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

    private static void Open(string file, long mostContentBytes, Action<ZipArchive> use)
    {
        try
        {
            using var content = new RationedStream(File.OpenRead(file), MostBytesOfDirectory + Searching, LongDirectory);
            var end = ArchiveEnd.Read(content);
            if (end.Entries > MostFiles) throw TooManyFiles(end.Entries);
            if (end.Bytes > MostBytesOfDirectory) throw LongDirectory();
            using var archive = new ZipArchive(content, ZipArchiveMode.Read);
            CheckEntries(archive, mostContentBytes);
            content.Free();
            use(archive);
        }
        catch (InvalidDataException exception)
        {
            throw new BlobException(BlobError.Damaged, $"The package is no ZIP archive: {exception.Message} Make it again with mr submit.", exception);
        }
    }

    private static void CheckEntries(ZipArchive archive, long most)
    {
        if (archive.Entries.Count > MostFiles) throw TooManyFiles((ulong)archive.Entries.Count);
        PackageNames.Check(archive.Entries.Select(entry => entry.FullName));
        var left = most;
        foreach (var entry in archive.Entries)
        {
            if (entry.Length < 0 || entry.Length > left) throw Bomb(most);
            left -= entry.Length;
        }
    }

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

    private static BlobException TooManyFiles(ulong files) => new(BlobError.TooLarge, $"The package has {files} files, and may have {MostFiles}.");

    private static BlobException LongDirectory() => new(BlobError.TooLarge, $"The directory of the package has more than {MostBytesOfDirectory >> 20} MiB. Leave out what the job does not need.");

    private static BlobException Bomb(long most)
        => new(BlobError.TooLarge, $"The package holds more than {most >> 20} MiB, the most that the cluster unpacks. Leave out what the job does not need, or raise mapreduce.packages.content-limit.");
}
