using Akka.Actor;
using Akka.TestKit;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>What is read of journals where there are snapshots.</summary>
public sealed partial class JobMasterTests
{
    [Fact]
    public void A_job_goes_on_from_its_snapshot_where_the_events_before_it_are_gone()
    {
        var settings = new MasterSettings { SnapshotEvents = 5 };
        var (slot, job) = RunHalf(settings);
        var running = slot.Take();

        StopMaster();
        var covered = Trim($"job-{job}");
        Assert.True(covered >= settings.SnapshotEvents, $"The snapshot has {covered} events.");
        Follow(settings);
        Members("node-1");
        var stage = Status(job).Stages[0];
        Assert.Equal((2, 1, 1), (stage.Maps, stage.MapsDone, stage.Reduces));
        slot.Report(running, FakeSlot.Made);
        slot.Report(slot.Take(), FakeSlot.Made);
        var status = Ended(job, covered);
        Assert.Equal(("succeeded", 0, 0, 30L), (status.Phase, status.FailedAttempts, status.LostAttempts, status.Counters[0].Value));
    }

    [Fact]
    public void What_the_events_of_a_job_take_is_counted_on_from_its_snapshot_and_told_with_its_end()
    {
        var settings = new MasterSettings { SnapshotEvents = 5 };
        var (slot, job) = RunHalf(settings);
        var events = Ask<EventsAnswer>(new EventsQuery { Job = job }).Events.ToList();

        StopMaster();
        Trim($"job-{job}");
        var told = CreateTestProbe();
        Sys.EventStream.Subscribe(told, typeof(JobEnded));
        Follow(settings);
        Members("node-1");
        slot.Report(slot.Take(), FakeSlot.Made);
        slot.Report(slot.Take(), FakeSlot.Made);
        Ended(job, events.Count);
        events.AddRange(Ask<EventsAnswer>(new EventsQuery { Job = job, From = events.Count }).Events);
        // The rest of each row.
        Assert.Equal(events.Sum(@event => @event.CalculateSize() + 200L), told.ExpectMsg<JobEnded>(Patience.Limit).JournalBytes);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(25)]
    public void A_new_master_reads_its_snapshot_and_few_records_however_many_jobs_have_ended(int count)
    {
        var settings = new MasterSettings { KeptChanges = 20 };
        Replace(settings);
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        for (var job = 0; job < count; job++)
        {
            var id = Submit($"out-{job}");
            slot.RunAll(maps: 1, reduces: 1);
            Ended(id);
        }
        AwaitAssert(() => Assert.Equal(count, Ask<JobsAnswer>(new JobsQuery { Phase = "succeeded" }).Total), Patience.Limit);

        StopMaster();
        var reads = CreateTestProbe();
        Sys.EventStream.Subscribe(reads, typeof(RecordRead));
        master = Sys.ActorOf(MasterProps(CreateTestProbe(), settings));
        Assert.Equal(count, Ask<JobsAnswer>(new JobsQuery { Phase = "succeeded" }).Total);
        var read = JournalsRead(reads);
        Assert.All(read, journal => Assert.Equal("job-master", journal));
        Assert.InRange(read.Count, 0, settings.KeptChanges - 1);
    }

    /// <summary>A job under a master of its own, with one of its two map tasks done.</summary>
    private (FakeSlot Slot, string Job) RunHalf(MasterSettings settings)
    {
        Replace(settings);
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Plan(maps: 2, reduces: 1);
        slot.Report(slot.Take(), FakeSlot.Made);
        return (slot, job);
    }

    /// <summary>The name of the journal of each record that has been read since a probe listens.</summary>
    private static List<string> JournalsRead(TestProbe probe)
    {
        var journals = new List<string>();
        while (probe.HasMessages) journals.Add(probe.ExpectMsg<RecordRead>().Journal);
        return journals;
    }

    /// <summary>Takes from a journal what its snapshot has; tells how many records that were.</summary>
    private long Trim(string journal)
    {
        var asker = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Trimmer(journal, asker.Ref)));
        return asker.ExpectMsg<long>(Patience.Limit);
    }
}
