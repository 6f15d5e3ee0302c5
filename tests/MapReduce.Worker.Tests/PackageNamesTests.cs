using MapReduce.Worker.Blobs;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class PackageNamesTests
{
    [Theory]
    [InlineData("leads out", "../a")]
    [InlineData("leads out", "a/../../b")]
    [InlineData("leads out", "/a")]
    [InlineData("leads out", "c:a")]
    [InlineData("a file and a folder", "dir", "dir/f")]
    [InlineData("a file and a folder", "dir/f", "dir")]
    [InlineData("a file and a folder", "a/b", "a/b-c", "a/b/c/d", "a/b.c")]
    [InlineData("there twice", "f", "f")]
    [InlineData("there twice", "a/b", "a\\b")]
    [InlineData("there twice", "dir/", "dir")]
    [InlineData("no path", "a//b")]
    [InlineData("no path", "./a")]
    [InlineData("no path", "a/.")]
    [InlineData("no path", "")]
    public void What_cannot_be_unpacked_is_refused(string words, params string[] names)
    {
        var error = Assert.Throws<BlobException>(() => PackageNames.Check(names));
        Assert.Equal(BlobError.Damaged, error.Error);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_name_is_longer_than_a_file_s_and_none_has_the_character_that_ends_names()
    {
        foreach (var name in (string[])[Part(255), $"{Part(255)}/{Part(255)}/{Part(255)}/{Part(255)}"]) PackageNames.Check([name]);
        foreach (var name in (string[])[Part(256), $"a/{new string('ä', 128)}", $"{Part(255)}/{Part(255)}/{Part(255)}/{Part(255)}/b", "a\0b"])
            Assert.Equal(BlobError.Damaged, Assert.Throws<BlobException>(() => PackageNames.Check([name])).Error);
    }

    [Fact]
    public void What_programs_make_is_taken()
        => PackageNames.Check(["job.dll", "job", "job-x", "job.x/y", "runtimes/", "runtimes/linux-x64/native/a.so", "runtimes/linux-x64/native/b.so", "runtimes/linux-arm64/native/a.so", "empty/", "win\\native\\a.dll"]);

    private static string Part(int length) => new('x', length);
}
