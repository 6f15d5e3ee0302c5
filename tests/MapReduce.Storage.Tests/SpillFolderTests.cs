using System.Globalization;
using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class SpillFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_a_dead_process_has_left_is_removed()
    {
        Abandon(1, Environment.ProcessId);
        Abandon(2, int.MaxValue);
        folder.Folder(Name(3));

        Assert.Equal([folder[Name(1)], folder[Name(2)], folder[Name(3)]], SpillFolder.CleanLeftovers(folder.Path).Order(StringComparer.Ordinal));

        Assert.Empty(folder.Names);
    }

    [Fact]
    public void What_a_living_process_uses_and_what_is_not_of_a_job_stays()
    {
        var mine = SpillFolder.Make(folder.Path, $"{1:x32}");
        folder.Write($"{Name(1)}/map-1");
        folder.Write("mr-notes/_owner");
        folder.Write($"{Name(2)}/without-an-owner");
        folder.Write($"{Name(3)}x/_owner");
        folder.Write($"other-{Name(4)}/_owner");
        var names = folder.Names.ToList();

        Assert.Empty(SpillFolder.CleanLeftovers(folder.Path));

        Assert.Equal(names, folder.Names);
        Assert.True(mine.Remove());
        Assert.DoesNotContain(Name(1), folder.Names);
        Assert.True(mine.Remove());
    }

    [UnixFact]
    public void Others_see_nothing_of_it()
    {
        if (OperatingSystem.IsWindows()) return;
        var mine = SpillFolder.Make(folder.Path, $"{1:x32}");
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(mine.Path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute));
    }

    [Fact]
    public void A_place_that_is_not_there_has_no_leftovers()
        => Assert.Empty(SpillFolder.CleanLeftovers(folder["none"]));

    private static string Name(int job) => $"mr-{job:x32}";

    /// <summary>A folder as a process that has died leaves it: by its number or, where that is used again, by the time when it started.</summary>
    private void Abandon(int job, int process)
    {
        folder.Write($"{Name(job)}/_owner", string.Create(CultureInfo.InvariantCulture, $"job {job:x32}\nmachine {Environment.MachineName}\nprocess {process}\nstarted 1\n"));
        folder.Write($"{Name(job)}/s0-m00001-a0/run-1");
    }
}
