using MapReduce.Protocol;
using Xunit;

namespace MapReduce.Coordination.Tests;

public sealed class IdsTests
{
    [Fact]
    public void Ids_have_names_for_files_and_people()
    {
        var task = new TaskId(2, TaskKind.Reduce, 12);
        Assert.Equal("s2-r00012", task.ToString());
        Assert.Equal("s2-r00012-a3", new AttemptId(task, 3).ToString());
        Assert.Equal("node-2#7", new WorkerId("node-2", 7).ToString());
    }

    [Fact]
    public void A_job_id_reads_what_it_writes_and_nothing_else()
    {
        var id = new JobId(Guid.NewGuid());
        Assert.Equal(id, JobId.Parse(id.ToString()));
        Assert.Contains("32 hexadecimal digits", Assert.Throws<FormatException>(() => JobId.Parse("../etc")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_are_ordered()
    {
        var epoch = new Epoch(4);
        Assert.True(epoch < epoch.Next && epoch.Next > epoch && epoch <= new Epoch(4) && epoch >= new Epoch(4));
        Assert.Equal("4", epoch.ToString());
    }
}
