using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Journal;
using MapReduce.Protocol.Journal;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>A master whose journal refuses a write has been replaced, or has no database: it must not go on.</summary>
public sealed partial class JobMasterTests
{
    /// <summary>What a job is called whose records the journal refuses.</summary>
    private const string Unwritable = "unwritable";

    [Fact]
    public void A_master_whose_place_another_node_takes_ends_its_node_life()
    {
        Watch(master);
        master.Tell(JobMaster.HandOver.Instance, TestActor);
        Assert.True(ends.TryTake(out var end, Patience.Limit));
        Assert.Contains("Another node is the job master", end.Reason, StringComparison.Ordinal);
        Assert.True(end.MayJoinAgain);
        ExpectTerminated(master);
    }

    [Fact]
    public void A_master_whose_record_is_refused_ends_and_nothing_follows_from_the_record()
    {
        var asker = CreateTestProbe();
        Watch(master);
        master.Tell(new Protocol.Jobs.Submit { Spec = Spec("out", spec => spec.Name = Unwritable) }, asker);
        Assert.True(ends.TryTake(out var end, Patience.Limit));
        Assert.Equal(("The journal of the job master refuses record 2: another master has written it, or the database is away (It is full.).", true), end);
        ExpectTerminated(master);
        Assert.False(asker.HasMessages);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_master_whose_job_cannot_write_an_event_ends_and_the_next_goes_on_from_what_is_written()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        var plan = slot.Take();
        slot.Send(plan, report =>
        {
            FakeSlot.Planned(report);
            report.Planned.Digest = Unwritable;
        });
        Assert.True(ends.TryTake(out var end, Patience.Limit));
        Assert.Equal(($"The journal of job {job} cannot be read or written any more, so this master must not go on.", true), end);
        Assert.False(slot.HasHeard);

        StopMaster();
        master = StartMaster(2);
        Members("node-1");
        var events = Ask<Protocol.Jobs.EventsAnswer>(new Protocol.Jobs.EventsQuery { Job = job, From = 0 }).Events;
        Assert.DoesNotContain(events, @event => @event.StagePlanned is not null);
        epoch = 2;
        slot.Report(plan, FakeSlot.Planned);
        slot.Report(slot.Take(), FakeSlot.Made);
        slot.Report(slot.Take(), FakeSlot.Made);
        Assert.Equal("succeeded", Ended(job).Phase);
    }

    /// <summary>A record was read from a journal.</summary>
    private sealed record RecordRead(string Journal);

    /// <summary>Keeps all but what is unwritable. Which records are read, and which jobs have ended by what is written, is told on the event stream.</summary>
    public sealed class RefusingJournal : MemoryJournal
    {
        private readonly EventStream stream = Context.System.EventStream;

        public override Task ReplayMessagesAsync(IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
            => base.ReplayMessagesAsync(context, persistenceId, fromSequenceNr, toSequenceNr, max, read =>
            {
                stream.Publish(new RecordRead(persistenceId));
                recoveryCallback(read);
            });

        protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
        {
            var writes = messages.ToList();
            var payloads = writes.SelectMany(write => (IImmutableList<IPersistentRepresentation>)write.Payload).Select(written => written.Payload).ToList();
            foreach (var ended in payloads.OfType<MasterRecord>().Select(record => record.JobEnded).OfType<JobEnded>()) stream.Publish(ended);
            return payloads.Any(IsRefused) ? Task.FromException<IImmutableList<Exception>>(new IOException("It is full.")) : base.WriteMessagesAsync(writes, cancellationToken);
        }

        private static bool IsRefused(object written) => written switch
        {
            MasterRecord record => record.JobStaging?.Spec.Name == Unwritable,
            EventRecord record => record.StagePlanned?.PlanHash == Unwritable,
            _ => false,
        };
    }
}
