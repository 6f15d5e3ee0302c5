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
    /// <param name="signers">Who must have signed it; null for nobody.</param>
    /// <param name="now">The time, at which the signer's certificate must be good; null for a package that was taken when it was.</param>
    /// <exception cref="BlobException">It is no package, an evil one, or not signed as it should be.</exception>
    public static void Check(string file, long mostContentBytes, PackageSigners? signers = null, DateTimeOffset? now = null) => Open(file, mostContentBytes, archive => signers?.Check(archive, mostContentBytes, now));

    /// <summary>Unpacks a package into a folder.</summary>
    internal static void Extract(string file, string target, long mostContentBytes) => Open(file, mostContentBytes, archive =>
    {
        var left = mostContentBytes;
        foreach (var entry in PackageContent.Files(archive))
        {
            var path = Path.Combine(target, entry.FullName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var copy = File.Create(path);
            left = PackageContent.Read(entry, left, mostContentBytes, copy.Write);
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
            if (entry.Length < 0 || entry.Length > left) throw BlobException.Bomb(most);
            left -= entry.Length;
        }
    }

    private static BlobException TooManyFiles(ulong files) => new(BlobError.TooLarge, $"The package has {files} files, and may have {MostFiles}.");

    private static BlobException LongDirectory() => new(BlobError.TooLarge, $"The directory of the package has more than {MostBytesOfDirectory >> 20} MiB. Leave out what the job does not need.");
}
