using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class OutputCheckTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Check(string target, string input, bool overwrite = false) => OutputFolder.Check(folder[target], [folder[input]], overwrite);

    private StorageError Fails(string target, string input, bool overwrite = false) => Assert.Throws<StorageException>(() => Check(target, input, overwrite)).Error;

    [Theory]
    [InlineData("in", "in")]
    [InlineData("in/out", "in")]
    [InlineData("in/deep/out", "in")]
    [InlineData("in", "in/a")]
    [InlineData("out", "*")]
    [InlineData("out", "**")]
    [InlineData("out", "**/*.txt")]
    [InlineData("in/out", "i*")]
    [InlineData("in", "in/*")]
    [InlineData("out", "*/part-*")]
    public void Output_that_overlaps_an_input_is_refused(string target, string input)
    {
        if (OperatingSystem.IsWindows() && input.Contains('*')) return;
        folder.Write("in/a");
        Assert.Equal(StorageError.OutputOverlapsInput, Fails(target, input));
    }

    [Theory]
    [InlineData("out", "in")]
    [InlineData("inner", "in")]
    [InlineData("out", "*.txt")]
    [InlineData("in/out", "in/*.txt")]
    [InlineData("_out", "*")]
    [InlineData("out", "in/**")]
    public void Output_that_no_input_reaches_is_fine(string target, string input)
    {
        if (OperatingSystem.IsWindows() && input.Contains('*')) return;
        folder.Write("in/a");
        Check(target, input);
    }

    [UnixFact]
    public void Overlap_is_seen_through_links()
    {
        folder.Write("in/a");
        File.CreateSymbolicLink(folder["link"], folder["in"]);
        Assert.Equal(StorageError.OutputOverlapsInput, Fails("link/out", "in"));
        Assert.Equal(StorageError.OutputOverlapsInput, Fails("in/out", "link"));
    }

    [Fact]
    public void Existing_output_is_refused_unless_it_is_to_be_replaced()
    {
        folder.Write($"out/{OutputFolder.ManifestName}", "{}");
        Assert.Equal(StorageError.OutputExists, Fails("out", "in"));
        Check("out", "in", overwrite: true);
    }

    [Fact]
    public void Empty_folder_counts_as_nothing()
    {
        folder.Folder("out");
        Check("out", "in");
    }

    [Fact]
    public void What_no_job_has_written_is_never_replaced()
    {
        folder.Write("photos/holiday.jpg");
        folder.Write("file");
        Assert.Equal(StorageError.OutputExists, Fails("photos", "in", overwrite: true));
        Assert.Equal(StorageError.OutputExists, Fails("file", "in", overwrite: true));
    }

    [Fact]
    public void Root_is_no_output() => Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => OutputFolder.Check(Path.GetPathRoot(folder.Path)!, [], false)).Error);
}
