using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Xunit;

namespace MapReduce.Node.Tests;

/// <summary>The file of who has changed what.</summary>
public sealed class AuditLogTests : IDisposable
{
    private const int Files = 3;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-node-").FullName;
    private readonly AuditLog audit;

    public AuditLogTests() => audit = new AuditLog(new AuditSettings(AuditFile, 1000, Files));

    private string AuditFile => Path.Combine(folder, "audit.log");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_added_is_read_the_last_first_and_is_for_the_owner_s_eyes()
    {
        Assert.Empty(audit.Latest(10));
        for (var entry = 0; entry < 3; entry++) audit.Add(Entry(entry));
        Assert.Equal([Entry(2), Entry(1), Entry(0)], audit.Latest(10));
        Assert.Equal([Entry(2), Entry(1)], audit.Latest(2));
        Assert.Equal(3, File.ReadAllLines(AuditFile).Length);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AuditFile));
    }

    [Fact]
    public void Files_have_a_size_and_a_number_and_are_read_as_one()
    {
        for (var entry = 0; entry < 100; entry++) audit.Add(Entry(entry));
        var files = Directory.GetFiles(folder);
        Assert.Equal(Files, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 1000));
        var latest = audit.Latest(100);
        Assert.Equal(Enumerable.Range(0, latest.Count).Select(age => Entry(99 - age)), latest);
        Assert.Equal(files.Sum(file => File.ReadAllLines(file).Length), latest.Count);
    }

    [Fact]
    public void Of_a_whole_file_the_end_is_read()
    {
        var whole = new AuditLog(new AuditSettings(AuditFile, 1 << 20, 1));
        for (var entry = 0; entry < 200; entry++) whole.Add(Entry(entry));
        Assert.Equal([Entry(199), Entry(198), Entry(197)], whole.Latest(3));
        Assert.Equal(200, whole.Latest(1000).Count);
    }

    [Fact]
    public void A_line_that_was_cut_is_passed_over_and_takes_no_other_with_it()
    {
        audit.Add(Entry(1));
        File.AppendAllText(AuditFile, "{\"at\":\"2026-01-");
        audit.Add(Entry(2));
        audit.Add(Entry(3));
        Assert.Equal([Entry(3), Entry(2), Entry(1)], audit.Latest(10));
        Assert.Equal(4, File.ReadAllLines(AuditFile).Length);
    }

    [Fact]
    public void One_that_cannot_be_written_is_refused_before_anything_is_done()
    {
        audit.Require();
        audit.Add(Entry(1));
        audit.Require();
        Assert.Equal([Entry(1)], audit.Latest(10));
        foreach (var file in (string[])[folder, Path.Combine(folder, "nowhere", "audit.log")])
            Assert.Contains($"The audit log '{file}' (mapreduce.audit.file) cannot be written", Assert.Throws<ConfigurationException>(() => new AuditLog(new AuditSettings(file, 1000, Files)).Require()).Message, StringComparison.Ordinal);
    }

    private static AuditEntry Entry(int number)
        => new() { At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(number), Node = "node-1", User = "ann", Remote = "192.0.2.1", Act = "CancelJob", Job = $"job-{number}", Result = "done" };
}
