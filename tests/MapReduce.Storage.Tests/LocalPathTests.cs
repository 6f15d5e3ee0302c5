using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class LocalPathTests
{
    [Theory]
    [InlineData("s3://bucket/key", StorageError.UnknownScheme)]
    [InlineData("https://example.org/x", StorageError.UnknownScheme)]
    [InlineData("", StorageError.InvalidPath)]
    [InlineData("a\0b", StorageError.InvalidPath)]
    [InlineData("file://elsewhere/x", StorageError.InvalidPath)]
    [InlineData("file://", StorageError.InvalidPath)]
    public void What_is_no_local_path_is_refused_with_its_kind(string text, StorageError error)
        => Assert.Equal(error, Assert.Throws<StorageException>(() => LocalPath.Of(text)).Error);

    [UnixFact]
    public void File_uri_is_decoded_and_keeps_its_wildcards()
    {
        Assert.Equal("/data/имя с/a?#*", LocalPath.Of("file:///data/%D0%B8мя%20с/a?#*"));
        Assert.Equal("/data/x", LocalPath.Of("FILE://localhost/data/x"));
    }

    [UnixFact]
    public void Plain_path_is_made_full_and_may_hold_a_colon()
    {
        Assert.Equal("/a/c", LocalPath.Of("/a/b/../c"));
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "12:30/x"), LocalPath.Of("12:30/x"));
    }

    [UnixFact]
    public void Inside_goes_by_whole_names()
    {
        Assert.True(LocalPath.IsInside("/a/b", "/a"));
        Assert.True(LocalPath.IsInside("/a", "/a/"));
        Assert.True(LocalPath.IsInside("/a", "/"));
        Assert.False(LocalPath.IsInside("/ab", "/a"));
        Assert.False(LocalPath.IsInside("/a", "/a/b"));
    }

    [UnixFact]
    public void Links_on_the_way_are_followed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("real/deep/file");
        File.CreateSymbolicLink(folder["link"], "real");
        File.CreateSymbolicLink(folder["real/deep/up"], folder["link"]);
        Assert.Equal(folder["real/deep/absent/x"], LocalPath.FollowLinks(folder["link/deep/up/deep/absent/x"]));
    }
}
