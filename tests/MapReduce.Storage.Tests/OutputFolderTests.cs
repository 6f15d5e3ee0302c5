using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class OutputFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder["out"];

    public void Dispose() => folder.Dispose();

    /// <summary>Stages an output of one part and its manifest.</summary>
    private OutputFolder Staged(string job, string content = "new", string? target = null, bool shared = false)
    {
        var output = OutputFolder.Stage(target ?? Target, job, shared);
        var attempt = Path.Combine(output.Private, "attempt-1");
        File.WriteAllText(attempt, content);
        output.Place(attempt, "part-00000");
        output.Write(OutputFolder.ManifestName, Outputs.Manifest(job), durable: false);
        return output;
    }

    [Fact]
    public void Nothing_is_at_the_place_until_everything_is()
    {
        var output = Staged("1");
        Assert.Equal([".out.mr-1"], folder.Names);
        output.Publish(overwrite: false);
        Assert.True(output.Remove());
        Assert.Equal(["out"], folder.Names);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
    }

    [Fact]
    public void Discarded_output_leaves_nothing()
    {
        var output = Staged("1");
        Assert.True(output.Remove());
        Assert.True(output.Remove());
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Missing_folders_above_the_place_are_made()
    {
        Staged("1", target: folder["a/b/out"]).Publish(overwrite: false);
        Assert.True(File.Exists(folder["a/b/out/part-00000"]));
    }

    [Fact]
    public void Empty_folder_at_the_place_is_replaced()
    {
        folder.Folder("out");
        Staged("1").Publish(overwrite: false);
        Assert.True(File.Exists(folder["out/part-00000"]));
    }

    [Fact]
    public void Output_that_appeared_meanwhile_stays_and_is_an_error()
    {
        var first = Staged("1", "first");
        var second = Staged("2", "second");
        first.Publish(overwrite: false);
        Assert.Equal(StorageError.OutputExists, Assert.Throws<StorageException>(() => second.Publish(overwrite: false)).Error);
        Assert.Equal("first", File.ReadAllText(folder["out/part-00000"]));
    }

    [Fact]
    public void Overwriting_exchanges_the_old_output_and_then_deletes_it()
    {
        Outputs.Publish(Staged("1", "old"), overwrite: false);
        Outputs.Publish(Staged("2", "new"), overwrite: true);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
        Assert.Equal(["out"], folder.Names);
    }

    [Fact]
    public void Overwriting_what_is_not_there_publishes()
    {
        Outputs.Publish(Staged("1"), overwrite: true);
        Assert.Equal(["out"], folder.Names);
    }

    [Fact]
    public void Overwriting_spares_what_appeared_meanwhile_and_no_job_has_written()
    {
        var output = Staged("1");
        folder.Write("out/precious");
        Assert.Equal(StorageError.OutputExists, Assert.Throws<StorageException>(() => output.Publish(overwrite: true)).Error);
        Assert.True(File.Exists(folder["out/precious"]));
    }

    [Fact]
    public void Readers_see_the_old_or_the_new_output_at_every_moment()
    {
        if (OperatingSystem.IsWindows()) return;
        Outputs.Publish(Staged("0", "0"), overwrite: false);
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var reads = 0;
            for (; !stop.IsCancellationRequested || reads == 0; reads++)
                Assert.True(File.Exists(folder["out/part-00000"]), $"No output after {reads} reads.");
            return reads;
        });
        for (var i = 1; i <= 50; i++) Outputs.Publish(Staged($"{i}", $"{i}"), overwrite: true);
        stop.Cancel();
#pragma warning disable xUnit1031 // The reader stops as soon as it is told to.
        Assert.True(reader.Result > 0);
#pragma warning restore xUnit1031
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("")]
    [InlineData("a/../..")]
    public void Part_whose_name_leads_out_is_refused(string name)
    {
        var output = Staged("1");
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => output.Write(name, "x"u8, durable: false)).Error);
        Assert.True(output.Remove());
    }

    [Fact]
    public void Part_may_lie_in_a_folder()
    {
        var output = Staged("1");
        output.Write("by-day/part-00000", "x"u8, durable: true);
        output.Publish(overwrite: false, durable: true);
        Assert.Equal("x", File.ReadAllText(folder["out/by-day/part-00000"]));
        Assert.True(output.Remove());
    }

    [Fact]
    public void Placing_twice_is_the_same_as_once()
    {
        var output = OutputFolder.Stage(Target, "1");
        var attempt = Path.Combine(output.Private, "attempt-1");
        File.WriteAllText(attempt, "x");
        output.Place(attempt, "part-00000");
        output.Place(attempt, "part-00000");
        Assert.Equal("x", File.ReadAllText(Path.Combine(output.Staging, "out", "part-00000")));
        Assert.True(output.Remove());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_takes_over_after_the_output_has_appeared_may_begin_again(bool overwrite)
    {
        if (overwrite) Outputs.Publish(Staged("old", "old"), overwrite: false);
        var crashed = Staged("1", shared: true);
        crashed.Publish(overwrite);
        var output = OutputFolder.Stage(Target, "1", shared: true);
        output.Place(Path.Combine(output.Private, "attempt-1"), "part-00000");
        output.Write(OutputFolder.ManifestName, Outputs.Manifest("1"), durable: false);
        output.Publish(overwrite);
        Assert.True(output.Remove());
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
        Assert.DoesNotContain(".out.mr-1", folder.Names);
    }

    [Fact]
    public void Output_without_a_manifest_is_not_published()
    {
        var output = OutputFolder.Stage(Target, "1");
        output.Write("part-00000", "x"u8, durable: false);
        Assert.Throws<StorageException>(() => output.Publish(overwrite: false));
        Assert.False(Directory.Exists(Target));
        Assert.True(output.Remove());
    }

    [UnixFact]
    public void Others_see_nothing_before_it_is_published_and_then_what_the_umask_lets_them()
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var usual = File.GetUnixFileMode(folder.Folder("usual"));
        var output = Staged("1", target: folder["a/out"]);
        Assert.Equal(usual & ~Others, File.GetUnixFileMode(output.Staging));
        Outputs.Publish(output, overwrite: false);
        Assert.Equal((usual, usual), (File.GetUnixFileMode(folder["a/out"]), File.GetUnixFileMode(folder["a"])));
        // The staging folder of a cluster's job, too.
        Assert.Equal(usual & ~Others, File.GetUnixFileMode(OutputFolder.Stage(folder["b/out"], "2", shared: true).Staging));
    }

    [UnixFact]
    public void Link_at_the_place_stays_and_its_folder_gets_the_output()
    {
        folder.Folder("disk2/results");
        File.CreateSymbolicLink(Target, folder["disk2/results"]);
        Outputs.Publish(Staged("1"), overwrite: false);
        Assert.NotNull(new FileInfo(Target).LinkTarget);
        Assert.True(File.Exists(folder["disk2/results/part-00000"]));
        Outputs.Publish(Staged("2", "again"), overwrite: true);
        Assert.Equal("again", File.ReadAllText(folder["disk2/results/part-00000"]));
    }

    [UnixFact]
    public void Long_name_of_the_output_leaves_room_for_the_staging_folder()
    {
        var target = folder[new string('é', 127)];
        Outputs.Publish(Staged(Guid.NewGuid().ToString(), target: target), overwrite: false);
        Assert.True(File.Exists(Path.Combine(target, "part-00000")));
        Assert.Equal(StorageError.InvalidPath, Assert.Throws<StorageException>(() => Staged("1", target: folder[new string('x', 300)]).Publish(false)).Error);
    }

    [LinuxFact]
    public void Full_disk_is_named()
    {
        using var full = File.OpenHandle("/dev/full", access: FileAccess.Write);
        var failure = Assert.Throws<StorageException>(() => Failures.Writing("/dev/full", () => RandomAccess.Write(full, "x"u8, 0)));
        Assert.Equal(StorageError.DiskFull, failure.Error);
        Assert.False(failure.IsAboutInput);
    }

    [UnprivilegedFact]
    public void Place_that_may_not_be_written_is_named()
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(folder.Folder("closed"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Unprivileged.Run(folder, () => Assert.Equal(StorageError.AccessDenied, Assert.Throws<StorageException>(() => OutputFolder.Stage(folder["closed/out"], "1")).Error));
    }
}
