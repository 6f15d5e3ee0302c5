using System.Diagnostics;
using System.IO.Hashing;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>Finished files are compared with what their tasks said of them, before the commit is decided.</summary>
public sealed class FinishedFileTests : IDisposable
{
    private const string Staging = ".out.mr-job/private";

    private readonly TemporaryFolder folder = new();

    private string Target => folder["out"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("whole", null, null)]
    [InlineData("cut", "has 3 bytes, and had 4", "has 3 bytes, and had 4")]
    [InlineData("grown", "has 5 bytes, and had 4", "has 5 bytes, and had 4")]
    [InlineData("deleted", "is not there any more", "is not there any more")]
    [InlineData("flipped", null, "has other bytes")]
    public void What_is_damaged_is_found_and_named(string how, string? byLength, string? byHash)
    {
        var (whole, part) = (folder.Write($"{Staging}/whole", "text"), folder.Write($"{Staging}/part", "rows"));
        switch (how)
        {
            case "cut": File.WriteAllText(part, "row"); break;
            case "grown": File.WriteAllText(part, "rows "); break;
            case "deleted": File.Delete(part); break;
            case "flipped": File.WriteAllText(part, "rovs"); break;
        }
        CommitTicket[] tickets = [FilesParticipant.Ticket(Target, whole, "whole"), FilesParticipant.Ticket(Target, part, "named/part-00000")];
        var manifest = Manifest(Of("whole", "text"), Of("named/part-00000", "rows"));
        AssertFound(byLength, checksBytes: false);
        AssertFound(byHash, checksBytes: true);

        void AssertFound(string? fault, bool checksBytes)
        {
            var damaged = FilesParticipant.FindDamaged(Target, tickets, manifest, checksBytes);
            if (fault is null)
            {
                Assert.Empty(damaged);
                return;
            }
            var file = Assert.Single(damaged);
            Assert.Equal("named/part-00000", file.Name);
            Assert.StartsWith($"'{part}' {fault}", file.Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_files_are_damaged_where_their_folder_is_deleted()
    {
        var (one, two) = (folder.Write($"{Staging}/one", "rows"), folder.Write($"{Staging}/two", "rows"));
        Directory.Delete(folder[Staging], recursive: true);
        var damaged = FilesParticipant.FindDamaged(Target, [FilesParticipant.Ticket(Target, one, "one"), FilesParticipant.Ticket(Target, two, "two")], Manifest(Of("one", "rows"), Of("two", "rows")), checksBytes: true);
        Assert.Equal(["one", "two"], damaged.Select(file => file.Name));
        Assert.All(damaged, file => Assert.Contains("is not there any more", file.Fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pipe", false)]
    [InlineData("pipe", true)]
    [InlineData("socket", false)]
    [InlineData("socket", true)]
    [InlineData("folder", false)]
    [InlineData("folder", true)]
    public void What_is_no_file_is_damaged_and_nobody_waits_for_it(string kind, bool checksBytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        folder.Folder(Staging);
        var part = folder[$"{Staging}/part"];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        switch (kind)
        {
            case "pipe": Process.Start("mkfifo", [part]).WaitForExit(); break;
            case "socket": socket.Bind(new UnixDomainSocketEndPoint(part)); break;
            default: Directory.CreateDirectory(part); break;
        }
        // It is as long as the task says.
        var length = kind == "folder" ? 4096 : 0;
        var damaged = FilesParticipant.FindDamaged(Target, [FilesParticipant.Ticket(Target, part, "part-00000")], Manifest(Of("part-00000", new string('x', length))), checksBytes);
        Assert.StartsWith($"'{part}' is no file", Assert.Single(damaged).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_one()
    {
        var part = folder.Write($"{Staging}/part", "");
        Assert.Empty(FilesParticipant.FindDamaged(Target, [FilesParticipant.Ticket(Target, part, "part-00000")], Manifest(Of("part-00000", "")), checksBytes: false));
    }

    [UnixFact]
    public void Storage_that_cannot_be_asked_damages_nothing()
    {
        // A link above the output that leads back to itself stands for storage that gives another error than that the file is not there.
        File.CreateSymbolicLink(folder["loop"], folder["loop"]);
        var target = folder["loop/out"];
        var failure = Assert.Throws<StorageException>(() => FilesParticipant.FindDamaged(target, [FilesParticipant.Ticket(target, folder[$"loop/{Staging}/part"], "part")], Manifest(Of("part", "rows")), checksBytes: false));
        // A job is not refused for it.
        Assert.Equal(StorageError.Unreadable, failure.Error);
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

    private static OutputManifest Manifest(params ManifestFile[] files) => new("job", "Test", [], files, new Dictionary<string, long>());

    private static ManifestFile Of(string name, string content) => new(name, content.Length, 1, Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(content))));
}
