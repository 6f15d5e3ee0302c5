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
}
