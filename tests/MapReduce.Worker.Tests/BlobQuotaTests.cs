using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>What is sent to a node takes no more of its disk than it should.</summary>
public sealed class BlobQuotaTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-quota-").FullName;
    private readonly BlobStore blobs;

    public BlobQuotaTests() => blobs = new BlobStore(Path.Combine(folder, "blobs"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_is_refused_leaves_nothing_and_nobody_finds_it_before()
    {
        var content = "evil"u8.ToArray();
        var error = await Assert.ThrowsAsync<BlobException>(() => blobs.PutAsync(new MemoryStream(content), null, 100, CancellationToken.None, file =>
        {
            Assert.Equal(content, File.ReadAllBytes(file));
            Assert.Null(blobs.Find(BlobStore.Digest(content)));
            throw new BlobException(BlobError.Damaged, "No.");
        }));
        Assert.Equal("No.", error.Message);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "blobs")));
    }

    [Fact]
    public void A_node_takes_no_more_when_it_keeps_twice_what_it_should_and_small_files_count_as_what_they_take()
    {
        const int MostBytes = 16 << 10;
        var retention = new BlobRetention(blobs, new PackageStore(Path.Combine(folder, "packages"), 1 << 20), MostBytes, TimeSpan.FromDays(30));
        retention.RefuseIfFull();
        for (var blob = 0; blob < 8; blob++) blobs.Put([(byte)blob]);
        retention.RefuseIfFull();
        // It is only arriving, and takes room already.
        File.WriteAllText(Path.Combine(folder, "blobs", "1.new"), "half");
        Assert.Equal(BlobError.Full, Assert.Throws<BlobException>(retention.RefuseIfFull).Error);
    }
}
