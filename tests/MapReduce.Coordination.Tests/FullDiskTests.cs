using Xunit;

namespace MapReduce.Coordination.Tests;

public sealed class FullDiskTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private readonly NodeHealth health = new(new HealthPolicy());

    [Fact]
    public void One_full_disk_is_enough_and_other_failures_are_not()
    {
        Assert.Null(health.Failed("other", FailureReason.Storage, healthy: 2, Start));
        Assert.Equal(TimeSpan.FromSeconds(30), health.Failed("full", FailureReason.DiskFull, healthy: 2, Start));
        Assert.Equal((true, false), (health.IsQuarantined("full", Start), health.IsQuarantined("other", Start)));
        Assert.False(health.IsQuarantined("full", Start.AddSeconds(31)));
    }

    [Fact]
    public void Two_failures_of_files_in_a_row_are_enough_and_of_executors_five()
    {
        for (var i = 0; i < 4; i++) Assert.Null(health.Failed("exiting", FailureReason.ExecutorExited, healthy: 2, Start));
        Assert.NotNull(health.Failed("exiting", FailureReason.ExecutorExited, healthy: 2, Start));
        Assert.Null(health.Failed("starved", FailureReason.Storage, healthy: 2, Start));
        Assert.NotNull(health.Failed("starved", FailureReason.Storage, healthy: 2, Start));
    }

    [Fact]
    public void The_full_disk_of_an_output_is_no_fault_of_the_node_that_finds_it_so()
    {
        for (var i = 0; i < 10; i++) Assert.Null(health.Failed("node", FailureReason.OutputFull, healthy: 2, Start));
        Assert.False(health.IsQuarantined("node", Start));
    }

    [Fact]
    public void The_last_node_goes_on_whatever_happens() => Assert.Null(health.Failed("last", FailureReason.DiskFull, healthy: 0, Start));
}
