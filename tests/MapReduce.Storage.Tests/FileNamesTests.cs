using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>What tasks call the files of an output is looked at before anything is decided, since no second try makes it better.</summary>
public sealed class FileNamesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder["out"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("part-00000", "part-00000")]
    [InlineData("named", "named/part-00000")]
    [InlineData("a/b/c", "a")]
    [InlineData("part-00000", "../part-00001")]
    [InlineData("part-00000", "/part-00001")]
    [InlineData("part-00000", "./part-00001")]
    [InlineData("part-00000", "named//part-00001")]
    [InlineData("part-00000", "named/")]
    [InlineData("part-00000", "named/..")]
    [InlineData("part-00000", "")]
    [InlineData("part-00000", "part\n00001")]
    [InlineData("part-00000", "partNUL00001")]
    [InlineData("part-00000", "_manifest.json")]
    [InlineData("part-00000", "_manifest.json/part-00001")]
    public void Two_files_have_two_names_and_places(string first, string second)
        => AssertRefused([Reported("one", first), Reported("two", second.Replace("NUL", "\0", StringComparison.Ordinal))]);

    [Fact]
    public void A_name_is_no_longer_than_a_path() => AssertRefused([Reported("one", new string('x', 5000))]);

    [Fact]
    public void A_file_comes_once_whatever_its_names()
        => AssertRefused([Reported("one", "part-00000"), Reported("one", "part-00001")]);

    [Theory]
    [InlineData("loot\n/path")]
    [InlineData("loot")]
    [InlineData("part-00000\n/path\nmore")]
    [InlineData("")]
    public void A_ticket_of_no_file_of_the_manifest_is_refused(string text)
    {
        var honest = Reported("one", "part-00000");
        var forged = new CommitTicket(FilesParticipant.Files, Target, text);
        AssertRefused([honest, (forged, honest.File)], [honest.File]);
    }

    [Fact]
    public void Names_that_jobs_give_are_names()
    {
        var (output, files) = (OutputFolder.Stage(Target, "1", shared: true), (string[])["part-00000", "part-00001", "named/part-00000", "a/b/report.html", "a/b.c", "_quarantine/part-00000", "ü ..", "..."]);
        var reported = files.Select((name, number) => Reported($"attempt-{number}", name)).ToList();
        var manifest = Manifest(reported.Select(file => file.File));
        CommitTicket[] tickets = [.. reported.Select(file => file.Ticket)];
        Assert.Empty(FilesParticipant.FindDamaged(Target, tickets, manifest, checksBytes: false));
        var participant = new FilesParticipant(output, manifest, overwrite: false, durable: false);
        participant.Arrange(tickets);
        participant.Show();
        Assert.All(files, name => Assert.Equal("x", File.ReadAllText(folder[$"out/{name}"])));
    }

    /// <summary>A file as a task reports it: it is there, and of one byte.</summary>
    private (CommitTicket Ticket, ManifestFile File) Reported(string attempt, string name)
        => (FilesParticipant.Ticket(Target, folder.Write($".out.mr-1/private/{attempt}"), name), new ManifestFile(name, 1, 1, ""));

    private static OutputManifest Manifest(IEnumerable<ManifestFile> files) => new("1", "Test", [], [.. files], new Dictionary<string, long>());

    /// <summary>Before the decision, and when it is carried out; nothing is moved.</summary>
    private void AssertRefused((CommitTicket Ticket, ManifestFile File)[] reported, ManifestFile[]? files = null)
    {
        var manifest = Manifest(files ?? reported.Select(file => file.File));
        CommitTicket[] tickets = [.. reported.Select(file => file.Ticket)];
        var privately = Directory.GetFiles(folder[".out.mr-1/private"]);
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => FilesParticipant.FindDamaged(Target, tickets, manifest, checksBytes: false)).Error);
        var participant = new FilesParticipant(OutputFolder.Stage(Target, "1", shared: true), manifest, overwrite: false, durable: false);
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => participant.Arrange(tickets)).Error);
        Assert.Equal(privately, Directory.GetFiles(folder[".out.mr-1/private"]));
    }
}
