using System.Globalization;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>Archives that are made to take memory, by their directory alone.</summary>
public sealed class PackageArchiveTests : IDisposable
{
    private const int Headers = 300_000;
    private const long MostContent = 1 << 30;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-archive-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_directory_of_very_many_files_is_refused_before_it_is_read()
    {
        var file = Write((archive, bytes) => WriteLargeEnd(archive, Headers, bytes));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<BlobException>(() => PackageArchive.Check(file, MostContent));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.Equal(BlobError.TooLarge, error.Error);
        Assert.Contains("300000 files", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_few_files_that_is_very_long_is_refused_before_it_is_read()
    {
        var error = Assert.Throws<BlobException>(() => PackageArchive.Check(Write((archive, bytes) => WriteLargeEnd(archive, 5, bytes)), MostContent));
        Assert.Equal(BlobError.TooLarge, error.Error);
        Assert.Contains("10 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_said_to_be_short_is_not_read_to_its_end()
    {
        var file = Write((archive, _) => WriteEnd(archive, 5, 5 * 54, 0));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<BlobException>(() => PackageArchive.Check(file, MostContent));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128 << 20);
    }

    [Fact]
    public void A_stream_gives_no_more_than_its_ration_until_it_is_freed()
    {
        using var stream = new RationedStream(new MemoryStream(new byte[100]), 10, () => new InvalidOperationException("enough"));
        var buffer = new byte[8];
        Assert.Equal(8, stream.Read(buffer));
        Assert.Equal("enough", Assert.Throws<InvalidOperationException>(() => stream.Read(buffer)).Message);
        stream.Free();
        stream.Seek(0, SeekOrigin.Begin);
        using var all = new MemoryStream();
        stream.CopyTo(all);
        Assert.Equal(100, all.Length);
    }

    /// <summary>Writes an archive that is nothing but a directory of empty files, 54 bytes each.</summary>
    private string Write(Action<BinaryWriter, long> end)
    {
        var file = Path.Combine(folder, "archive.zip");
        using var archive = new BinaryWriter(File.Create(file));
        var name = new byte[8];
        for (var header = 0; header < Headers; header++)
        {
            archive.Write(0x02014b50);
            // Versions 20, flags, method, time, date; checksum and sizes.
            archive.Write((short)20);
            archive.Write((short)20);
            archive.Write(new byte[8 + 12]);
            archive.Write((short)name.Length);
            // Extra field, comment, disk, attributes, offset of the file.
            archive.Write(new byte[2 + 2 + 2 + 2 + 4 + 4]);
            header.TryFormat(name, out _, "D8", CultureInfo.InvariantCulture);
            archive.Write(name);
        }
        archive.Flush();
        end(archive, archive.BaseStream.Length);
        return file;
    }

    private static void WriteEnd(BinaryWriter archive, ushort entries, uint bytes, uint offset)
    {
        archive.Write(0x06054b50);
        archive.Write(0);
        archive.Write(entries);
        archive.Write(entries);
        archive.Write(bytes);
        archive.Write(offset);
        archive.Write((short)0);
    }

    private static void WriteLargeEnd(BinaryWriter archive, long entries, long bytes)
    {
        archive.Write(0x06064b50);
        archive.Write(44L);
        archive.Write((short)45);
        archive.Write((short)45);
        archive.Write(0L);
        archive.Write(entries);
        archive.Write(entries);
        archive.Write(bytes);
        archive.Write(0L);
        archive.Write(0x07064b50);
        archive.Write(0);
        archive.Write(bytes);
        archive.Write(1);
        WriteEnd(archive, ushort.MaxValue, uint.MaxValue, uint.MaxValue);
    }
}
