using Xunit;

namespace MapReduce.Storage.Tests;

/// <summary>Two masters of one job, of which one is deposed and does not know it yet, at the same staging folder.</summary>
public sealed class TwoMastersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder["out"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void While_one_publishes_the_other_is_told_to_try_again()
    {
        var (old, successor) = (Staged("new"), OutputFolder.Open(Target, "1")!);
        using (new FileStream(Path.Combine(old.Staging, "_publishing"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            var told = Assert.Throws<StorageException>(() => successor.Publish(overwrite: true));
            Assert.Equal(StorageError.Other, told.Error);
            Assert.Contains("another master", told.Message, StringComparison.Ordinal);
        }
        successor.Publish(overwrite: true);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
    }

    [Fact]
    public void What_one_has_exchanged_the_other_does_not_exchange_back()
    {
        Outputs.Publish(Staged("old", "0"), overwrite: false);
        var (old, successor) = (Staged("new"), OutputFolder.Open(Target, "1")!);
        successor.Publish(overwrite: true);
        old.Publish(overwrite: true);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
    }

    [Theory]
    [InlineData("private")]
    [InlineData("placed")]
    [InlineData("published")]
    public void A_file_is_found_wherever_the_other_has_moved_it(string place)
    {
        var staged = OutputFolder.Stage(Target, "1", shared: true);
        var finished = Path.Combine(staged.Private, "attempt-1");
        File.WriteAllText(finished, "new");
        if (place != "private") staged.Place(finished, "part-00000");
        if (place == "published")
        {
            staged.Write(OutputFolder.ManifestName, Outputs.Manifest("1"), durable: false);
            staged.Publish(overwrite: false);
        }
        staged.Check(finished, "part-00000", bytes: 3, hash: null);
    }

    [Fact]
    public void Storage_that_is_away_is_waited_for_and_is_no_damage_and_no_loss()
    {
        var target = folder["share/out"];
        var staged = OutputFolder.Stage(target, "1", shared: true);
        Directory.Move(folder["share"], folder["elsewhere"]);
        Assert.Equal(StorageError.Other, Assert.Throws<StorageException>(() => staged.Check(Path.Combine(staged.Private, "attempt-1"), "part-00000", bytes: 3, hash: null)).Error);
        Assert.False(OutputFolder.IsLost(target, "1"));
        Directory.Move(folder["elsewhere"], folder["share"]);
        Assert.Equal(StorageError.Damaged, Assert.Throws<StorageException>(() => staged.Check(Path.Combine(staged.Private, "attempt-1"), "part-00000", bytes: 3, hash: null)).Error);
        Assert.False(OutputFolder.IsLost(target, "1"));
        Directory.Delete(staged.Staging, recursive: true);
        Assert.True(OutputFolder.IsLost(target, "1"));
    }

    [Fact]
    public void A_folder_whose_mark_was_emptied_is_left_alone()
    {
        var staged = Staged("new");
        File.WriteAllText(Path.Combine(staged.Staging, "_owner"), "");
        Assert.Empty(OutputFolder.CleanLeftovers(Target));
        Assert.True(Directory.Exists(staged.Staging));
        // The cluster that has the job writes it again.
        OutputFolder.Open(Target, "1")!.Publish(overwrite: false);
        Assert.Equal("new", File.ReadAllText(folder["out/part-00000"]));
    }

    private OutputFolder Staged(string content, string job = "1")
    {
        var staged = OutputFolder.Stage(Target, job, shared: true);
        var finished = Path.Combine(staged.Private, "attempt-1");
        File.WriteAllText(finished, content);
        staged.Place(finished, "part-00000");
        staged.Write(OutputFolder.ManifestName, Outputs.Manifest(job), durable: false);
        return staged;
    }
}
