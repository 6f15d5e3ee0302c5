using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class BlobStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-worker-").FullName;
    private readonly BlobStore store;

    public BlobStoreTests() => store = new BlobStore(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_not_what_its_digest_says_is_removed_whether_it_was_checked_before_or_not()
    {
        var digest = store.Put("some bytes"u8);
        var path = Path.Combine(folder, digest);
        File.WriteAllText(path, "Some bytes");
        Assert.Null(store.FindWhole(digest, out var wasDamaged));
        Assert.Equal((true, false), (wasDamaged, File.Exists(path)));

        store.Put("some bytes"u8);
        Assert.Equal((path, false), (store.FindWhole(digest, out wasDamaged), wasDamaged));
        File.WriteAllText(path, "some byte");
        Assert.Equal((null, true), (store.FindWhole(digest, out wasDamaged), wasDamaged));
        Assert.Equal((null, false), (store.FindWhole(digest, out wasDamaged), wasDamaged));
    }
}
