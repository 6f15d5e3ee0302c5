using MapReduce.Protocol;
using Xunit;

namespace MapReduce.Coordination.Tests;

public sealed class FairShareTests
{
    private static readonly JobId First = new(Guid.NewGuid());
    private static readonly JobId Second = new(Guid.NewGuid());

    [Fact]
    public void The_job_with_fewer_attempts_for_its_priority_is_next()
    {
        Assert.Equal(Second, FairShare.Choose([new Demand(First, 1, 2, 5, 0), new Demand(Second, 1, 1, 5, 0)]));
        Assert.Equal(First, FairShare.Choose([new Demand(First, 3, 2, 5, 0), new Demand(Second, 1, 1, 5, 0)]));
    }

    [Fact]
    public void Of_equals_the_higher_priority_and_then_the_older_is_next()
    {
        Assert.Equal(Second, FairShare.Choose([new Demand(First, 1, 0, 5, 0), new Demand(Second, 2, 0, 5, 0)]));
        Assert.Equal(First, FairShare.Choose([new Demand(First, 1, 1, 5, 0), new Demand(Second, 1, 1, 5, 0)]));
    }

    [Fact]
    public void Second_attempts_come_after_all_first_ones_and_nothing_comes_of_nothing()
    {
        Assert.Equal(Second, FairShare.Choose([new Demand(First, 9, 0, 0, 3), new Demand(Second, 1, 50, 1, 0)]));
        Assert.Equal(First, FairShare.Choose([new Demand(First, 9, 0, 0, 3), new Demand(Second, 1, 50, 0, 0)]));
        Assert.Null(FairShare.Choose([new Demand(First, 9, 0, 0, 0)]));
    }
}

public sealed class NodeHealthTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly HealthPolicy policy = new() { Failures = 3, Quarantine = TimeSpan.FromSeconds(10), LongestQuarantine = TimeSpan.FromSeconds(15) };

    [Fact]
    public void A_node_that_fails_again_and_again_is_left_alone_for_a_term_that_doubles()
    {
        var health = new NodeHealth(policy);
        Assert.Null(health.Failed("a", FailureReason.ExecutorExited, 2, Start));
        Assert.Null(health.Failed("a", FailureReason.ExecutorExited, 2, Start));
        Assert.Equal(TimeSpan.FromSeconds(10), health.Failed("a", FailureReason.ExecutorExited, 2, Start));
        Assert.True(health.IsQuarantined("a", Start.AddSeconds(9)));
        Assert.False(health.IsQuarantined("a", Start.AddSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(15), health.Failed("a", FailureReason.ExecutorExited, 2, Start.AddSeconds(11)));
        health.Succeeded("a");
        Assert.Null(health.Failed("a", FailureReason.ExecutorExited, 2, Start.AddSeconds(60)));
    }

    [Fact]
    public void Faults_of_the_job_do_not_count_and_the_last_node_stays()
    {
        var health = new NodeHealth(policy);
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(health.Failed("a", FailureReason.UserCode, 2, Start));
            Assert.Null(health.Failed("b", FailureReason.ExecutorExited, 0, Start));
        }
    }
}
