using System.Diagnostics;
using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>Only files that attempts have made in the private folder come into the output, whatever their reports say.</summary>
public sealed class PrivateFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder["out"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("loot")]
    [InlineData(".out.mr-1/scratch/loot")]
    [InlineData(".out.mr-1/private/deeper/loot")]
    [InlineData(".out.mr-1/private/../scratch/loot")]
    [InlineData(".out.mr-1/private//loot")]
    [InlineData(".out.mr-1/private/../private/loot")]
    [InlineData(".out.mr-2/private/loot")]
    public void A_file_of_elsewhere_is_refused_and_stays(string place)
    {
        var output = OutputFolder.Stage(Target, "1", shared: true);
        var loot = folder.Write(place);
        AssertRefused(output, loot);
        Assert.True(File.Exists(loot));
    }

    [Theory]
    [InlineData("")]
    [InlineData("private/attempt-1")]
    [InlineData("/dev/null")]
    public void What_is_no_path_of_a_file_in_the_folder_is_refused(string path) => AssertRefused(OutputFolder.Stage(Target, "1", shared: true), path);

    [Theory]
    [InlineData("/")]
    [InlineData("/.")]
    [InlineData("/..")]
    [InlineData("/aNULb")]
    public void What_cannot_name_a_file_in_the_folder_is_refused(string end)
    {
        var output = OutputFolder.Stage(Target, "1", shared: true);
        AssertRefused(output, output.Private + end.Replace("NUL", "\0", StringComparison.Ordinal));
    }

    [UnixFact]
    public void A_link_is_refused_and_what_it_leads_to_stays()
    {
        var output = OutputFolder.Stage(Target, "1", shared: true);
        var link = Path.Combine(output.Private, "attempt-1");
        File.CreateSymbolicLink(link, folder.Write("loot"));
        AssertRefused(output, link);
        Assert.True(File.Exists(folder["loot"]));
    }

    [UnixTheory]
    [InlineData(".out.mr-1/private")]
    [InlineData(".out.mr-1")]
    public void A_folder_that_is_a_link_is_refused_and_what_it_leads_to_stays(string linked)
    {
        var output = OutputFolder.Stage(Target, "1", shared: true);
        Directory.Delete(folder[linked], recursive: true);
        var loot = folder.Write("elsewhere/private/loot");
        Directory.CreateSymbolicLink(folder[linked], folder[linked.EndsWith("private", StringComparison.Ordinal) ? "elsewhere/private" : "elsewhere"]);
        AssertRefused(output, Path.Combine(output.Private, "loot"));
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => OutputFolder.Open(Target, "1")).Error);
        Assert.True(File.Exists(loot));
        Assert.Equal(["private"], Directory.GetFileSystemEntries(folder["elsewhere"]).Select(Path.GetFileName));
    }

    [UnixTheory]
    [InlineData("", "part-00000")]
    [InlineData("named", "named/part-00000")]
    public void A_file_is_not_placed_through_a_link(string linked, string name)
    {
        var output = OutputFolder.Stage(Target, "1", shared: true);
        var attempt = folder.Write(".out.mr-1/private/attempt-1", "new");
        var precious = folder.Write("elsewhere/part-00000", "old");
        var link = folder[$".out.mr-1/out/{linked}".TrimEnd('/')];
        if (linked.Length == 0) Directory.Delete(link);
        Directory.CreateSymbolicLink(link, folder["elsewhere"]);
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => output.Place(attempt, name)).Error);
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => output.Check(attempt, name, bytes: 3, hash: null)).Error);
        Assert.Equal("old", File.ReadAllText(precious));
    }

    [UnixFact]
    public void A_link_that_is_placed_already_is_refused()
    {
        var output = OutputFolder.Stage(Target, "1", shared: true);
        File.CreateSymbolicLink(folder[".out.mr-1/out/part-00000"], folder.Write("loot"));
        var attempt = Path.Combine(output.Private, "attempt-1");
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => output.Place(attempt, "part-00000")).Error);
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => output.Check(attempt, "part-00000", bytes: 1, hash: null)).Error);
    }

    [UnixTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_manifest_is_not_written_into_another_file(bool isLink)
    {
        var output = OutputFolder.Stage(Target, "1", shared: true);
        var precious = folder.Write("precious", "old");
        var manifest = folder[$".out.mr-1/out/{OutputFolder.ManifestName}"];
        if (isLink) File.CreateSymbolicLink(manifest, precious);
        else Process.Start("ln", [precious, manifest]).WaitForExit();
        output.Write(OutputFolder.ManifestName, Outputs.Manifest("1"), durable: true);
        Assert.Equal("old", File.ReadAllText(precious));
        Assert.Null(new FileInfo(manifest).LinkTarget);
        Outputs.Publish(output, overwrite: false);
        Assert.Equal(Outputs.Manifest("1"), File.ReadAllBytes(folder[$"out/{OutputFolder.ManifestName}"]));
    }

    [UnixFact]
    public void Links_in_an_old_output_stop_nobody_who_takes_over_after_the_exchange()
    {
        folder.Write($"out/{OutputFolder.ManifestName}", """{"version":1,"job":"0"}""");
        File.CreateSymbolicLink(folder["out/part-00000"], folder.Write("moved-to-another-disk"));
        var crashed = OutputFolder.Stage(Target, "1", shared: true);
        var attempt = folder.Write(".out.mr-1/private/attempt-1", "new");
        crashed.Place(attempt, "part-00000");
        crashed.Write(OutputFolder.ManifestName, Outputs.Manifest("1"), durable: false);
        crashed.Publish(overwrite: true);
        var output = OutputFolder.Open(Target, "1")!;
        output.Check(attempt, "part-00000", bytes: 3, hash: null);
        output.Place(attempt, "part-00000");
        output.Write(OutputFolder.ManifestName, Outputs.Manifest("1"), durable: false);
        Outputs.Publish(output, overwrite: true);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
    }

    /// <summary>Before the decision, and when it is carried out.</summary>
    private void AssertRefused(OutputFolder output, string path)
    {
        const string Name = "part-00000";
        var manifest = new OutputManifest("1", "Test", [], [new ManifestFile(Name, 1, 1, "")], new Dictionary<string, long>());
        foreach (var refused in (Action[])
            [
                () => output.Place(path, Name),
                () => output.Check(path, Name, bytes: 1, hash: null),
                () => new FilesParticipant(output, manifest, overwrite: false, durable: false).Arrange([FilesParticipant.Ticket(Target, path, Name)]),
            ])
            Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(refused).Error);
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => output.CheckPrivate(path, Name)).Error);
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => FilesParticipant.FindDamaged(Target, [FilesParticipant.Ticket(Target, path, Name)], manifest, checksBytes: false)).Error);
        Assert.False(Path.Exists(Target));
    }
}
