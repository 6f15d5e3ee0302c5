using System.Diagnostics;
using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class InputListingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string[] List(params string[] patterns)
        => [.. InputListing.List([.. patterns.Select(pattern => folder[pattern])]).Select(file => Path.GetRelativePath(folder.Path, file.Path).Replace('\\', '/'))];

    private StorageException Fails(string pattern) => Assert.Throws<StorageException>(() => InputListing.List([folder[pattern]]));

    [Fact]
    public void Folder_stands_for_all_visible_files_below_it()
    {
        foreach (var name in (string[])["in/b", "in/a/c", "in/.hidden/d", "in/_logs/e", "in/.f", "in/_g", "in/a/.h"]) folder.Write(name);
        Assert.Equal(["in/a/c", "in/b"], List("in"));
    }

    [Fact]
    public void Hidden_file_or_folder_is_read_when_it_is_named()
    {
        folder.Write("_in/a");
        folder.Write(".b");
        Assert.Equal(["_in/a", ".b"], List("_in", ".b"));
    }

    [Fact]
    public void Files_of_a_pattern_come_in_byte_order_of_their_paths()
    {
        // In UTF-16 order U+1F600 comes before U+FF5E; a folder's name sorts with its separator.
        foreach (var name in (string[])["in/\U0001F600", "in/\uFF5E", "in/z", "in/B", "in/a/x", "in/a.x", "in/é"]) folder.Write(name);
        Assert.Equal(["in/B", "in/a.x", "in/a/x", "in/z", "in/é", "in/\uFF5E", "in/\U0001F600"], List("in"));
    }

    [Fact]
    public void Patterns_keep_their_order_and_each_counts_for_itself()
    {
        foreach (var name in (string[])["in/a", "in/b", "in/c"]) folder.Write(name);
        Assert.Equal(["in/c", "in/a", "in/b", "in/c", "in/a"], List("in/c", "in", "in/a"));
        Assert.Equal(["in/a", "in/b", "in/c"], List("**/*"));
    }

    [UnixFact]
    public void Globs_match_names_with_blanks_and_other_scripts()
    {
        foreach (var name in (string[])["in/имя с пробелом.txt", "in/x.txt", "in/x.log", "in/.h.txt", "in/deep/y.txt", "in/deep/er/z.txt", "in/_no/w.txt"]) folder.Write(name);
        Assert.Equal(["in/x.txt", "in/имя с пробелом.txt"], List("in/*.txt"));
        Assert.Equal(["in/имя с пробелом.txt"], List("in/имя*"));
        Assert.Equal(["in/x.log", "in/x.txt"], List("in/?.*"));
        Assert.Equal(["in/deep/er/z.txt", "in/deep/y.txt", "in/x.txt", "in/имя с пробелом.txt"], List("in/**/*.txt"));
        Assert.Equal(["in/deep/er/z.txt", "in/deep/y.txt"], List("in/d*"));
        Assert.Equal(["in/deep/er/z.txt", "in/deep/y.txt"], List("**/deep/**"));
        Assert.Equal(["in/.h.txt"], List("in/.h*"));
    }

    [UnixFact]
    public void Name_that_exists_is_not_taken_for_a_glob()
    {
        folder.Write("what?");
        folder.Write("whats");
        Assert.Equal(["what?"], List("what?"));
    }

    [UnixFact]
    public void Links_are_followed_but_not_in_circles()
    {
        folder.Write("elsewhere/b");
        folder.Write("in/a");
        File.CreateSymbolicLink(folder["in/link"], folder["elsewhere"]);
        File.CreateSymbolicLink(folder["in/up"], folder.Path);
        File.CreateSymbolicLink(folder["elsewhere/back"], folder["in"]);
        // "back" leads from elsewhere, reached through in/link, back to in.
        Assert.Equal(["in/a", "in/link/b"], List("in"));
    }

    [Fact]
    public void Size_and_time_are_those_of_the_file()
    {
        var path = folder.Write("a", "12345");
        var time = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        Assert.Equal([new InputFileEntry(path, 5, time.Ticks)], InputListing.List([path]));
    }

    [Fact]
    public void Missing_file_names_the_folder_that_exists()
    {
        var failure = Fails("no/such/file");
        Assert.Equal(StorageError.NotFound, failure.Error);
        Assert.Contains($"'{folder.Path}' exists", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsAboutInput);
    }

    [UnixFact]
    public void Glob_without_a_match_says_so()
    {
        folder.Write("a.txt");
        folder.Folder("empty");
        Assert.Equal(StorageError.NoMatch, Fails("*.log").Error);
        Assert.Equal(StorageError.NoMatch, Fails("no/*.log").Error);
        Assert.Equal(StorageError.NoMatch, Fails("a.txt/*").Error);
    }

    [Fact]
    public void Empty_folder_has_no_files() => Assert.Empty(InputListing.List([folder.Folder("empty")]));

    [UnixFact]
    public void Broken_link_is_named()
    {
        folder.Write("in/a");
        File.CreateSymbolicLink(folder["in/broken"], folder["nowhere"]);
        var failure = Fails("in");
        Assert.Equal(StorageError.NotFound, failure.Error);
        Assert.Contains(folder["in/broken"], failure.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void Pipe_is_refused_without_waiting_for_it()
    {
        using (var make = Process.Start("mkfifo", [folder["pipe"]])) make.WaitForExit();
        Assert.Equal(StorageError.NotAFile, Fails("pipe").Error);
        Assert.Equal(StorageError.NotAFile, Fails("p*").Error);
    }

    [UnprivilegedFact]
    public void Unreadable_file_and_folder_are_named()
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(folder.Write("in/secret"), UnixFileMode.None);
        folder.Write("closed/a");
        File.SetUnixFileMode(folder["closed"], UnixFileMode.None);
        Unprivileged.Run(folder, () =>
        {
            foreach (var name in (string[])["in/secret", "in", "closed", "closed/a", "closed/*"])
                Assert.Equal((name, StorageError.Unreadable), (name, Fails(name).Error));
        });
        File.SetUnixFileMode(folder["closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [UnixFact]
    public void Too_long_path_is_an_error_of_its_own() => Assert.Equal(StorageError.InvalidPath, Fails(new string('n', 300)).Error);
}
