using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Persistence;
using Akka.TestKit;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>Those whom the job master has to do with.</summary>
public sealed partial class JobMasterTests
{
    /// <summary>Adds a record to a journal, and ends.</summary>
    private sealed class Planter(string journal) : UntypedPersistentActor
    {
        public override string PersistenceId => journal;

        protected override void OnRecover(object message)
        {
            // What is there already does not matter.
        }

        protected override void OnCommand(object message) => Persist(message, _ => Context.Stop(Self));
    }

    /// <summary>Saves a snapshot for a journal, and ends.</summary>
    private sealed class SnapshotPlanter(string journal) : UntypedPersistentActor
    {
        public override string PersistenceId => journal;

        protected override void OnRecover(object message)
        {
            // What is there already does not matter.
        }

        protected override void OnCommand(object message)
        {
            if (message is SaveSnapshotSuccess) Context.Stop(Self);
            else SaveSnapshot(message);
        }
    }

    /// <summary>Takes from a journal what its snapshot has, tells how many records that were, and ends.</summary>
    private sealed class Trimmer(string journal, IActorRef asker) : UntypedPersistentActor
    {
        private long covered;

        public override string PersistenceId => journal;

        protected override void OnRecover(object message)
        {
            if (message is SnapshotOffer offer) covered = offer.Metadata.SequenceNr;
            if (message is RecoveryCompleted) DeleteMessages(covered);
        }

        protected override void OnCommand(object message)
        {
            if (message is not DeleteMessagesSuccess) return;
            asker.Tell(covered);
            Context.Stop(Self);
        }
    }

    /// <summary>Journals of which all events are in memory, and that are removed as a test wants.</summary>
    private sealed class FakeHistory : IJobHistory
    {
        /// <summary>The jobs whose journals somebody wanted to remove.</summary>
        public ConcurrentQueue<string> Asked { get; } = [];

        /// <summary>Those whose journals were removed.</summary>
        public ConcurrentQueue<string> Removed { get; } = [];

        /// <summary>How the next removals end.</summary>
        public Task Removal { get; set; } = Task.CompletedTask;

        public async Task RemoveAsync(JobId job)
        {
            Asked.Enqueue(job.ToString());
            await Removal;
            Removed.Enqueue(job.ToString());
        }

        public Task<IReadOnlyList<EventRecord>> ReadAsync(JobId job, long from, int most) => Task.FromException<IReadOnlyList<EventRecord>>(new InvalidOperationException("All events are in memory."));

        public Task<IReadOnlyList<(long Revision, MasterRecord Record)>> ReadMasterAsync(long from, int most) => Task.FromResult<IReadOnlyList<(long, MasterRecord)>>([]);
    }

    /// <summary>A slot that does as it is told.</summary>
    private sealed class FakeSlot(JobMasterTests test, string node, int number)
    {
        private readonly TestProbe probe = test.CreateTestProbe();
        private readonly Slot slot = new() { Node = node, Incarnation = 7, Number = number };

        public long Number { get; set; } = 1;

        public static void Made(Report report)
            => report.Made = new Products { Totals = new Totals { Counters = { 10 } } };

        /// <summary>The attempt has finished a part of four bytes.</summary>
        public static void Prepared(Report report, string path)
        {
            Made(report);
            report.Made.Parts.Add(new Part { Name = "part-00000", PrivatePath = path, Length = 4 });
        }

        public void Tell(object message) => test.master.Tell(message, probe);

        public void Request() => Tell(new WorkRequest { Slot = slot, Number = Number });

        public Grant ExpectGrant() => Expect<Grant>();

        public TMessage Expect<TMessage>() => (TMessage)probe.FishForMessage(message => message is TMessage, Patience.Limit);

        public Renewal Renewal(Grant grant, long epoch) => new() { Slot = slot, Job = grant.Job, Attempt = grant.Attempt, Epoch = epoch };

        public Grant Take()
        {
            Request();
            var grant = ExpectGrant();
            Number++;
            return grant;
        }

        public bool HasHeard => probe.HasMessages;

        public void Send(Grant grant, Action<Report> result, long? epoch = null)
        {
            var report = new Report { Slot = slot, Job = grant.Job, Attempt = grant.Attempt, Epoch = epoch ?? test.epoch };
            result(report);
            Tell(report);
        }

        public void Report(Grant grant, Action<Report> result, long? epoch = null, bool stale = false)
        {
            Send(grant, result, epoch);
            Assert.Equal(stale, Expect<Reported>().Stale);
        }

        public void Plan(int maps, int reduces) => Report(Take(), report => report.Planned = Planned(maps, reduces));

        public void RunAll(int maps, int reduces)
        {
            Plan(maps, reduces);
            for (var task = 0; task < maps + reduces; task++) Report(Take(), task < maps ? Made : report => report.Made = new Products { Totals = new Totals() });
        }

        /// <summary>One map task and one reduce task.</summary>
        public static void Planned(Report report) => report.Planned = Planned(1, 1);

        private static Protocol.Work.Plan Planned(int maps, int reduces)
            => new() { Digest = "d", Maps = maps, Reduces = reduces, Definition = new Opened { Name = "test", Stages = { new Stage() }, Counters = { "seen" } } };
    }
}
