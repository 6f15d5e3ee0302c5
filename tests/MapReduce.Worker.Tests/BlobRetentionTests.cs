using System.IO.Compression;
using System.Text;
using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class BlobRetentionTests : IDisposable
{
    private const long MostBytes = 4000;

    private static readonly DateTime Now = DateTime.UtcNow;
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-blobs-").FullName;
    private readonly BlobStore blobs;
    private readonly PackageStore packages;
    private readonly BlobRetention retention;

    public BlobRetentionTests()
    {
        blobs = new BlobStore(Path.Combine(folder, "blobs"));
        packages = new PackageStore(Path.Combine(folder, "packages"), 1 << 20);
        retention = new BlobRetention(blobs, packages, MostBytes, Age);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_was_used_longest_ago_goes_until_the_rest_is_small_enough()
    {
        var old = Put("old", 1500, minutes: 60);
        var older = Put("older", 1500, minutes: 120);
        var young = Put("young", 1500, minutes: 30);
        Assert.True(retention.HasSurplus(Now));
        retention.Trim(Now, DateTime.MaxValue);
        Assert.Equal((true, true, false), (Has(young), Has(old), Has(older)));
        Assert.False(retention.HasSurplus(Now));
    }

    [Fact]
    public void What_was_just_used_or_may_be_needed_by_a_job_stays_whatever_its_size()
    {
        var needed = Put("needed", 3000, minutes: 65);
        var ended = Put("ended", 3000, minutes: 75);
        var arrived = Put("arrived", 3000, minutes: 5);
        // The job was submitted an hour ago, and its package sent here shortly before.
        retention.Trim(Now, Now.AddMinutes(-60));
        Assert.Equal((true, true, false), (Has(arrived), Has(needed), Has(ended)));
        retention.Trim(Now, DateTime.MaxValue);
        Assert.Equal((true, false), (Has(arrived), Has(needed)));
    }

    [Fact]
    public void What_nobody_has_used_for_long_goes_though_there_is_room()
    {
        var expired = Put("expired", 10, minutes: 31 * 24 * 60);
        var kept = Put("kept", 10, minutes: 29 * 24 * 60);
        Assert.True(retention.HasSurplus(Now));
        retention.Trim(Now, DateTime.MaxValue);
        Assert.Equal((false, true), (Has(expired), Has(kept)));
    }

    [Fact]
    public void An_unpacked_package_counts_and_goes_with_its_blob_but_never_while_an_executor_uses_it()
    {
        // Small as an archive, and too large unpacked.
        var digest = Package(new string('x', 10_000));
        var use = packages.Use(digest, blobs.Find(digest)!);
        var second = packages.Use(digest, blobs.Find(digest)!);
        Used(digest, minutes: 60);
        Assert.Equal(10_000, new FileInfo(Path.Combine(use.Folder, "job.txt")).Length);
        retention.Trim(Now, DateTime.MaxValue);
        use.Dispose();
        use.Dispose();
        retention.Trim(Now, DateTime.MaxValue);
        Assert.True(Has(digest) && Directory.Exists(second.Folder));
        second.Dispose();
        retention.Trim(Now, DateTime.MaxValue);
        Assert.False(Has(digest) || Directory.Exists(second.Folder));
    }

    [Fact]
    public void What_an_earlier_life_of_the_node_has_unpacked_counts_as_well()
    {
        var digest = Package(new string('x', 10_000));
        packages.Use(digest, blobs.Find(digest)!).Dispose();
        Used(digest, minutes: 60);
        var next = new BlobRetention(blobs, new PackageStore(Path.Combine(folder, "packages"), 1 << 20), MostBytes, Age);
        next.Trim(Now, DateTime.MaxValue);
        Assert.False(Has(digest) || Directory.Exists(Path.Combine(folder, "packages", digest)));
    }

    [Fact]
    public void What_a_node_that_was_killed_left_half_done_goes()
    {
        Put("blob", 10, minutes: 60);
        var (arriving, abandoned) = (Path.Combine(folder, "blobs", "1.new"), Path.Combine(folder, "blobs", "2.new"));
        foreach (var file in (string[])[arriving, abandoned]) File.WriteAllText(file, "half");
        File.SetLastWriteTimeUtc(abandoned, Now.AddMinutes(-11));
        var unpacked = Directory.CreateDirectory(Path.Combine(folder, "packages", new string('0', 64) + ".new")).FullName;
        retention.Trim(Now, DateTime.MaxValue);
        Assert.Equal((true, false, false), (File.Exists(arriving), File.Exists(abandoned), Directory.Exists(unpacked)));
    }

    private string Put(string name, int bytes, int minutes)
    {
        var digest = blobs.Put(Encoding.UTF8.GetBytes(name.PadRight(bytes)));
        Used(digest, minutes);
        return digest;
    }

    private string Package(string content)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = new StreamWriter(zip.CreateEntry("job.txt").Open()))
            entry.Write(content);
        return blobs.Put(archive.ToArray());
    }

    private void Used(string digest, int minutes)
    {
        var path = Path.Combine(folder, "blobs", digest);
        File.SetLastWriteTimeUtc(path, Now.AddMinutes(-minutes));
        File.SetLastAccessTimeUtc(path, Now.AddMinutes(-minutes));
    }

    private bool Has(string digest) => File.Exists(Path.Combine(folder, "blobs", digest));
}
