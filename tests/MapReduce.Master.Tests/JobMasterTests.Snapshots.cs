using Akka.Actor;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>What is read of a job's journal where there is a snapshot.</summary>
public sealed partial class JobMasterTests
{
    [Fact]
    public void A_job_goes_on_from_its_snapshot_where_the_events_before_it_are_gone()
    {
        var settings = new MasterSettings { SnapshotEvents = 5 };
        Replace(settings);
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Plan(maps: 2, reduces: 1);
        slot.Report(slot.Take(), FakeSlot.Made);
        var running = slot.Take();

        StopMaster();
        var covered = Trim($"job-{job}");
        Assert.True(covered >= settings.SnapshotEvents, $"The snapshot has {covered} events.");
        (master, epoch) = (Sys.ActorOf(MasterProps(CreateTestProbe(), settings)), epoch + 1);
        Members("node-1");
        var stage = Status(job).Stages[0];
        Assert.Equal((2, 1, 1), (stage.Maps, stage.MapsDone, stage.Reduces));
        slot.Report(running, FakeSlot.Made);
        slot.Report(slot.Take(), FakeSlot.Made);
        var status = Ended(job, covered);
        Assert.Equal(("succeeded", 0, 0, 30L), (status.Phase, status.FailedAttempts, status.LostAttempts, status.Counters[0].Value));
    }

    /// <summary>Takes from a journal what its snapshot has; tells how many records that were.</summary>
    private long Trim(string journal)
    {
        var asker = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Trimmer(journal, asker.Ref)));
        return asker.ExpectMsg<long>(Patience.Limit);
    }
}
