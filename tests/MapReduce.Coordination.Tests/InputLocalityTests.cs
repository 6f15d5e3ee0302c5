using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>Which node a job asks to have its reduce tasks on.</summary>
public sealed class InputLocalityTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void A_node_that_made_most_outputs_is_preferred_once_all_are_made()
    {
        var job = Jobs.Planned(maps: 3, reduces: 2);
        Map(job, 0, node: 1, 40 * MiB);
        Map(job, 1, node: 1, 40 * MiB);
        Assert.Null(Near(job));
        Map(job, 2, node: 2, 40 * MiB);
        Assert.Equal(Jobs.Worker(1), Near(job));
    }

    [Fact]
    public void Where_no_node_made_more_than_half_none_is_preferred()
    {
        var job = Jobs.Planned(maps: 4, reduces: 2);
        foreach (var (map, node) in ((int, int)[])[(0, 1), (1, 1), (2, 2), (3, 3)]) Map(job, map, node, 500 * MiB);
        Assert.Null(Near(job));
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(32, true)]
    public void Little_is_read_as_fast_from_anywhere(long bytes, bool isPreferred)
    {
        var job = Jobs.Planned(maps: 1, reduces: 2);
        Map(job, 0, node: 1, bytes * MiB);
        Assert.Equal(isPreferred ? Jobs.Worker(1) : null, Near(job));
    }

    [Theory]
    [InlineData(1 << 19, true)]
    [InlineData((1 << 19) + 1, false)]
    [InlineData(null, false)]
    public void Tasks_are_small_that_read_little_together_as_far_as_is_known(int? bytes, bool isSmall)
    {
        var job = Jobs.Planned(maps: 2, reduces: 3);
        Map(job, 0, node: 1, 1 << 19);
        Assert.False(Demanded(job).IsSmall);
        Map(job, 1, node: 2, bytes);
        Assert.Equal(isSmall, Demanded(job).IsSmall);
    }

    [Fact]
    public void When_an_output_is_lost_its_map_comes_first_and_then_it_is_looked_at_anew()
    {
        var job = Jobs.Planned(maps: 1, reduces: 1);
        Map(job, 0, node: 1, 100 * MiB);
        var tasks = new FakeJob(job);
        tasks.Protocol.Reign(new Epoch(2), worker => worker != Jobs.Worker(1), Jobs.Start);
        tasks.WriteAll();
        Assert.Null(tasks.Demands[^1].Near);
        Map(job, 0, node: 2, 100 * MiB, new Epoch(2));
        Assert.Equal(Jobs.Worker(2), Near(job, new Epoch(3)));
    }

    [Fact]
    public void A_job_whose_reduce_tasks_all_run_prefers_none()
    {
        var job = Jobs.Planned(maps: 1, reduces: 1);
        Map(job, 0, node: 1, 100 * MiB);
        job.Grant(Jobs.Reduce(0), Jobs.Worker(1));
        Assert.Null(Near(job));
    }

    private static void Map(JobState job, int map, int node, long? bytes, Epoch? epoch = null)
        => job.Do(new JobCommand.Complete(job.Grant(Jobs.Map(map), Jobs.Worker(node)), epoch ?? Jobs.First, [], Made: new Products { Totals = bytes is { } known ? new Totals { ShuffleBytes = known } : null }));

    private static WorkerId? Near(JobState job, Epoch? epoch = null) => Demanded(job, epoch).Near;

    /// <summary>What the job asks for under a new master.</summary>
    private static Demand Demanded(JobState job, Epoch? epoch = null)
    {
        // The job itself stays in its epoch.
        var copy = JobStateCodec.Read(job.Id, new JobRules(), JobStateCodec.Write(job));
        var fake = new FakeJob(copy);
        fake.Protocol.Reign(epoch ?? new Epoch(2), _ => true, Jobs.Start);
        fake.WriteAll();
        return fake.Demands[^1];
    }
}
