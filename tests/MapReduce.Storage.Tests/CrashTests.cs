using System.Globalization;
using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>A crash is played by leaving the folders as they would be, signed by a process that is gone.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder["out"];

    public void Dispose() => folder.Dispose();

    private void Output(string name, string job, string content)
    {
        folder.Write($"{name}/part-00000", content);
        File.WriteAllBytes(folder[$"{name}/{OutputFolder.ManifestName}"], Outputs.Manifest(job));
    }

    /// <summary>A staging folder as a process that has died leaves it.</summary>
    private void Abandoned(string job, int? process = null, long started = 1)
        => folder.Write($".out.mr-{job}/_owner", string.Create(CultureInfo.InvariantCulture, $"job {job}\nmachine {Environment.MachineName}\nprocess {process ?? Environment.ProcessId}\nstarted {started}\n"));

    [Fact]
    public void Leftovers_of_a_dead_process_are_removed_and_those_of_others_are_not()
    {
        Abandoned("1");
        folder.Write(".out.mr-1/scratch/spill");
        Abandoned("2", process: int.MaxValue);
        var mine = OutputFolder.Stage(Target, "3");
        folder.Write(".other.mr-4/_owner");
        folder.Write("out.mr-5/file");
        Assert.Equal([folder[".out.mr-1"], folder[".out.mr-2"]], OutputFolder.CleanLeftovers(Target).Order(StringComparer.Ordinal));
        Assert.Equal([".other.mr-4", ".out.mr-3", "out.mr-5"], folder.Names);
        Assert.True(mine.Remove());
    }

    [Fact]
    public void Crash_before_signing_or_within_cleaning_leaves_nothing_for_long()
    {
        folder.Folder(".out.mr-1");
        folder.Write(".out.mr-2/private/attempt-1");
        folder.Write(".out.mr-3/_owner", "");
        Assert.Equal(3, OutputFolder.CleanLeftovers(Target).Count);
        Assert.Empty(folder.Names);
    }

    [UnixFact]
    public void A_link_is_no_leftover_and_what_it_leads_to_stays()
    {
        folder.Write("precious/file");
        Directory.CreateSymbolicLink(folder[".out.mr-1"], folder["precious"]);
        Assert.Empty(OutputFolder.CleanLeftovers(Target));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(folder["precious"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Crash_before_publishing_leaves_no_output()
    {
        Abandoned("1");
        Output(".out.mr-1/out", "1", "half");
        OutputFolder.CleanLeftovers(Target);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Crash_after_the_rename_leaves_the_whole_output()
    {
        Abandoned("1");
        Output("out", "1", "whole");
        OutputFolder.CleanLeftovers(Target);
        Assert.Equal(["out"], folder.Names);
    }

    [Fact]
    public void Crash_after_the_exchange_leaves_the_new_output()
    {
        Abandoned("2");
        Output("out", "2", "new");
        Output(".out.mr-2/out", "1", "old");
        OutputFolder.CleanLeftovers(Target);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
        Assert.Equal(["out"], folder.Names);
    }

    [Fact]
    public void Crash_between_the_two_steps_of_an_exchange_rolls_forward()
    {
        Abandoned("2");
        Output(".out.mr-2/out", "2", "new");
        Output(".out.mr-2/out-old", "1", "old");
        OutputFolder.CleanLeftovers(Target);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
        Assert.Equal(["out"], folder.Names);
    }

    [Fact]
    public void Exchange_in_two_steps_ends_like_one_in_one()
    {
        Output("out", "1", "old");
        Output("staged", "2", "new");
        AtomicRename.InTwoSteps(folder["staged"], Target);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
        Assert.Equal("old", File.ReadAllText(folder["staged-old/part-00000"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Publishing_again_after_a_crash_changes_nothing(bool overwrite)
    {
        if (overwrite) Output("out", "0", "old");
        var output = OutputFolder.Stage(Target, "1");
        output.Write("part-00000", "new"u8, durable: false);
        output.Write(OutputFolder.ManifestName, Outputs.Manifest("1"), durable: false);
        output.Publish(overwrite);
        output.Publish(overwrite);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));

        // Another process carries the decision out once more: its staging is made anew, and empty.
        Assert.True(output.Remove());
        var again = OutputFolder.Stage(Target, "1");
        again.Publish(overwrite);
        Assert.True(again.Remove());
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
        Assert.Equal(["out"], folder.Names);
    }

    [Fact]
    public void Staging_left_by_a_dead_process_is_taken_over_by_its_own_job()
    {
        Abandoned("1");
        Output(".out.mr-1/out", "1", "whole");
        Outputs.Publish(OutputFolder.Stage(Target, "1"), overwrite: false);
        Assert.Equal("whole", File.ReadAllText(folder["out/part-00000"]));
        Assert.Equal(["out"], folder.Names);
    }

    [Fact]
    public void Many_that_stage_and_clean_at_once_do_not_disturb_each_other()
    {
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var job = i.ToString(CultureInfo.InvariantCulture);
            OutputFolder.CleanLeftovers(Target);
            var output = OutputFolder.Stage(Target, job);
            output.Write(OutputFolder.ManifestName, Outputs.Manifest(job), durable: false);
            Assert.True(File.Exists(Path.Combine(output.Staging, "out", OutputFolder.ManifestName)));
            output.Remove();
        });
        OutputFolder.CleanLeftovers(Target);
        Assert.Empty(folder.Names);
    }
}
