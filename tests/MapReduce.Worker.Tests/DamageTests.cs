using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Segments;
using Xunit;

namespace MapReduce.Worker.Tests;

public sealed class DamageTests
{
    private static readonly AttemptId Map = new(new TaskId(0, TaskKind.Map, 3), 1);

    [Fact]
    public void A_disk_that_is_to_blame_loses_its_output()
    {
        var failure = Damage.Blame(Map, "node-2", "node-1", isWhole: false, "The checksum is wrong.");
        Assert.Equal((FailureKind.FetchFailed, 3, 1), (failure.Kind, failure.LostMap.Index, failure.LostMap.Number));
        Assert.Contains("on the disk of node-2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("The checksum is wrong.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "by the network")]
    [InlineData(null, "cannot be asked")]
    public void What_was_damaged_on_the_way_is_fetched_again(bool? isWhole, string words)
    {
        var failure = Damage.Blame(Map, "node-2", "node-1", isWhole, "The checksum is wrong.");
        Assert.Equal((FailureKind.FetchFailed, null), (failure.Kind, failure.LostMap));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_an_earlier_stage_is_lost_where_it_is_gone_or_damaged_and_no_other_file_is()
    {
        var folder = Directory.CreateTempSubdirectory("mapreduce-damage-").FullName;
        var reader = new AttemptId(new TaskId(1, TaskKind.Map, 0), 0);
        var file = Path.Combine(folder, "dataset-0-0-00003-s0-m00003-a1");
        var corrupt = new Protocol.Work.Failure { Kind = FailureKind.CorruptData, Message = "The checksum is wrong." };

        var gone = Damage.OfDataset(file, reader, "node-1", corrupt);
        Assert.Equal((FailureKind.FetchFailed, Map, Path.GetFileName(file)), (gone.Kind, Coordination.Wire.Read(gone.DamagedDataset), gone.File));
        Assert.Contains("not there any more", gone.Message, StringComparison.Ordinal);
        File.WriteAllText(file, "no segment file");
        var damaged = Damage.OfDataset(file, reader, "node-1", corrupt);
        Assert.Equal(Map, Coordination.Wire.Read(damaged.DamagedDataset));
        Assert.Contains("is damaged", damaged.Message, StringComparison.Ordinal);

        // Its maker's own, a file of another name, another failure, and a storage that is away.
        Assert.Same(corrupt, Damage.OfDataset(file, Map, "node-1", corrupt));
        Assert.Same(corrupt, Damage.OfDataset(Path.Combine(folder, "other"), reader, "node-1", corrupt));
        var full = new Protocol.Work.Failure { Kind = FailureKind.DiskFull };
        Assert.Same(full, Damage.OfDataset(file, reader, "node-1", full));
        Directory.Delete(folder, recursive: true);
        Assert.Same(corrupt, Damage.OfDataset(file, reader, "node-1", corrupt));
    }
}
