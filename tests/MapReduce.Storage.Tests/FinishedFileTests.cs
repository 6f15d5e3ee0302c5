using System.IO.Hashing;
using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>Finished files are compared with what their tasks said of them, before the commit is decided.</summary>
public sealed class FinishedFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("whole", null, null)]
    [InlineData("cut", "has 3 bytes, and had 4", "has 3 bytes, and had 4")]
    [InlineData("grown", "has 5 bytes, and had 4", "has 5 bytes, and had 4")]
    [InlineData("deleted", "is not there any more", "is not there any more")]
    [InlineData("folder deleted", "is not there any more", "is not there any more")]
    [InlineData("flipped", null, "has other bytes")]
    public void What_is_damaged_is_found_and_named(string how, string? byLength, string? byHash)
    {
        var (whole, part) = (folder.Write("private/whole", "text"), folder.Write("private/deep/part", "rows"));
        switch (how)
        {
            case "cut": File.WriteAllText(part, "row"); break;
            case "grown": File.WriteAllText(part, "rows "); break;
            case "deleted": File.Delete(part); break;
            case "folder deleted": Directory.Delete(Path.GetDirectoryName(part)!, recursive: true); break;
            case "flipped": File.WriteAllText(part, "rovs"); break;
        }
        CommitTicket[] tickets = [FilesParticipant.Ticket("/out", whole, "whole"), FilesParticipant.Ticket("/out", part, "named/part-00000")];
        var manifest = new OutputManifest("job", "Test", [], [Of("whole", "text"), Of("named/part-00000", "rows")], new Dictionary<string, long>());
        AssertFound(byLength, checksBytes: false);
        AssertFound(byHash, checksBytes: true);

        void AssertFound(string? fault, bool checksBytes)
        {
            var damaged = FilesParticipant.FindDamaged(tickets, manifest, checksBytes);
            if (fault is null)
            {
                Assert.Empty(damaged);
                return;
            }
            var file = Assert.Single(damaged);
            Assert.Equal("named/part-00000", file.Name);
            Assert.StartsWith($"'{part}' {fault}", file.Fault, StringComparison.Ordinal);
        }

        static ManifestFile Of(string name, string content) => new(name, content.Length, 1, Convert.ToHexStringLower(XxHash128.Hash(System.Text.Encoding.UTF8.GetBytes(content))));
    }

    [UnixFact]
    public void Storage_that_cannot_be_asked_damages_nothing()
    {
        // A link that leads back to itself stands for storage that gives another error than that the file is not there.
        File.CreateSymbolicLink(folder["loop"], folder["loop"]);
        var manifest = new OutputManifest("job", "Test", [], [new ManifestFile("part", 4, 1, "")], new Dictionary<string, long>());
        Assert.Throws<StorageException>(() => FilesParticipant.FindDamaged([FilesParticipant.Ticket("/out", folder["loop/part"], "part")], manifest, checksBytes: false));
    }

    [Fact]
    public void Only_the_staging_folder_of_the_job_itself_counts()
    {
        var target = folder["out"];
        Assert.False(OutputFolder.IsStaged(target, "one"));
        var staged = OutputFolder.Stage(target, "one", shared: true);
        Assert.True(OutputFolder.IsStaged(target, "one"));
        Assert.False(OutputFolder.IsStaged(target, "two"));
        Assert.True(staged.Remove());
        Assert.False(OutputFolder.IsStaged(target, "one"));
    }
}
