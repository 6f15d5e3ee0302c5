using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>The job master and its jobs, with probes for slots and a clock that only the tests move.</summary>
public sealed partial class JobMasterTests : TestKit
{
    private static readonly string Settings = $$"""
        akka.persistence.journal {
          plugin = "akka.persistence.journal.refusing"
          refusing.class = "{{typeof(RefusingJournal).AssemblyQualifiedName}}"
        }
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        {{Patience.ForProbes}}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-master-").FullName;
    private readonly BlockingCollection<(string Reason, bool MayJoinAgain)> ends = [];
    private readonly FakeHistory history = new();
    private IActorRef master;
    private long epoch = 1;

    public JobMasterTests() : base(Settings) => master = StartMaster(1);

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(folder, recursive: true);
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_job_is_planned_mapped_reduced_and_published()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.RunAll(maps: 3, reduces: 2);
        var status = Ended(job);
        Assert.Equal(("succeeded", 0), (status.Phase, status.FailedAttempts));
        Assert.Equal((3, 3, 2, 2), (status.Stages[0].Maps, status.Stages[0].MapsDone, status.Stages[0].Reduces, status.Stages[0].ReducesDone));
        Assert.Equal(new Counter { Name = "seen", Value = 30 }, Assert.Single(status.Counters));
        Assert.True(File.Exists(Path.Combine(folder, "out", "_manifest.json")));
    }

    [Fact]
    public void A_part_that_is_gone_before_the_commit_is_made_again()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Plan(maps: 0, reduces: 1);
        var first = slot.Take();
        var part = Path.Combine(first.Order.Staging, "part");
        slot.Report(first, report => FakeSlot.Prepared(report, part));
        var again = slot.Take();
        Assert.Equal(1, again.Attempt.Number);
        File.WriteAllText(part, "rows");
        slot.Report(again, report => FakeSlot.Prepared(report, part));
        Assert.Equal("succeeded", Ended(job).Phase);
        Assert.Equal("rows", File.ReadAllText(Path.Combine(folder, "out", "part-00000")));
        Assert.Equal(new Counter { Name = "seen", Value = 10 }, Assert.Single(Status(job).Counters));
        var events = Ask<EventsAnswer>(new EventsQuery { Job = job, From = 0 }).Events;
        Assert.Contains(part, Assert.Single(events, @event => @event.PartDamaged is not null).PartDamaged.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_is_damaged_each_time_fails_the_job_in_the_end_and_is_named()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        var part = "";
        slot.Plan(maps: 0, reduces: 1);
        for (var time = 0; time < new Coordination.JobRules().MaxLosses; time++)
        {
            var grant = slot.Take();
            part = Path.Combine(grant.Order.Staging, "part");
            File.WriteAllText(part, "row");
            slot.Report(grant, report => FakeSlot.Prepared(report, part));
        }
        var status = Ended(job);
        Assert.Equal(("failed", (int)Coordination.FailureReason.Publish, "s0-r00000"), (status.Phase, status.Failure.Reason, status.FailedTask));
        Assert.Contains($"'{part}' has 3 bytes, and had 4", status.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void The_cluster_at_a_glance_has_what_runs_what_has_ended_and_what_was_done()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        Assert.Equal((job, "running"), Ask<ClusterAnswer>(new ClusterQuery()).Running.Select(entry => (entry.Id, entry.Phase)).Single());
        slot.RunAll(maps: 3, reduces: 2);
        Ended(job);
        Clock.Advance(TimeSpan.FromSeconds(2));
        AwaitAssert(() => Assert.Equal(5, Ask<ClusterAnswer>(new ClusterQuery()).Tasks.Sum()));
        var glance = Ask<ClusterAnswer>(new ClusterQuery());
        Assert.Empty(glance.Running);
        Assert.Equal((job, "succeeded", 3, 2), glance.Recent.Select(entry => (entry.Id, entry.Phase, entry.Progress.MapsDone, entry.Progress.ReducesDone)).Single());
        Assert.Equal("node-1", glance.Nodes.Nodes.Single().Name);
        Assert.Empty(Ask<ClusterAnswer>(new ClusterQuery { From = glance.FirstSample + glance.Tasks.Count - 1 }).Tasks);
        var attempts = Ask<AttemptsAnswer>(new AttemptsQuery { Job = job });
        Assert.Equal((6, 6), (attempts.Total, attempts.Outcome.Count(outcome => outcome == 1)));
        Assert.All(attempts.Slot, number => Assert.Equal(0, number));
        Assert.Equal([job], Ask<JobsAnswer>(new JobsQuery { Search = job[..8], Phase = "succeeded" }).Jobs.Select(entry => entry.Id));
        Assert.Equal(0, Ask<JobsAnswer>(new JobsQuery { Search = job[..8], Phase = "failed" }).Total);
    }

    [Fact]
    public void A_request_that_is_repeated_is_answered_with_the_same_attempt()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        Submit("out");
        slot.Request();
        var first = slot.ExpectGrant();
        slot.Request();
        Assert.Equal(first, slot.ExpectGrant());
    }

    [Fact]
    public void A_request_with_a_new_number_gives_the_attempt_up_and_another_follows()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Request();
        var first = slot.ExpectGrant();
        slot.Number++;
        slot.Request();
        var second = slot.ExpectGrant();
        Assert.Equal((first.Attempt.Number + 1, first.Attempt.Kind), (second.Attempt.Number, second.Attempt.Kind));
        Assert.Equal(1, Status(job).LostAttempts);
    }

    [Fact]
    public void A_report_that_is_repeated_counts_once()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Plan(maps: 1, reduces: 1);
        var map = slot.Take();
        slot.Report(map, FakeSlot.Made);
        slot.Report(map, FakeSlot.Made);
        slot.Report(slot.Take(), FakeSlot.Made);
        Assert.Equal(20, Assert.Single(Ended(job).Counters).Value);
    }

    [Fact]
    public void A_lost_node_s_attempt_goes_to_another_at_once()
    {
        Members("node-1", "node-2");
        var (first, second) = (new FakeSlot(this, "node-1", 0), new FakeSlot(this, "node-2", 1));
        var job = Submit("out");
        first.Plan(maps: 1, reduces: 0);
        var lost = first.Take();
        second.Request();
        Members("node-2");
        var again = second.ExpectGrant();
        Assert.Equal((lost.Attempt.Index, 1), (again.Attempt.Index, again.Attempt.Number));
        first.Tell(first.Renewal(lost, 1));
        Assert.False(first.Expect<Renewed>().Held);
        second.Report(again, FakeSlot.Made);
        Assert.Equal(("succeeded", 1), (Ended(job).Phase, Status(job).LostAttempts));
    }

    [Fact]
    public void A_lease_that_nobody_renews_runs_out()
    {
        Members("node-1", "node-2");
        var (silent, other) = (new FakeSlot(this, "node-1", 0), new FakeSlot(this, "node-2", 1));
        Submit("out");
        silent.Request();
        var lost = silent.ExpectGrant();
        other.Request();
        for (var half = 0; half < 22; half++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(500));
            // Each tick is handled before the next comes.
            Ask<JobsAnswer>(new JobsQuery());
            other.Request();
        }
        Assert.Equal(lost.Attempt.Number + 1, other.ExpectGrant().Attempt.Number);
    }

    [Fact]
    public void A_lease_that_is_renewed_holds()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        Submit("out");
        slot.Request();
        var grant = slot.ExpectGrant();
        for (var second = 0; second < 40; second++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            slot.Tell(slot.Renewal(grant, 1));
            Assert.True(slot.Expect<Renewed>().Held);
        }
    }

    [Fact]
    public void A_new_master_has_a_higher_epoch_and_lets_what_runs_go_on()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        slot.Plan(maps: 2, reduces: 1);
        var first = slot.Take();
        slot.Report(first, FakeSlot.Made);
        var running = slot.Take();

        StopMaster();
        master = StartMaster(2);
        // It is asked before it has been told who is a member: nobody is lost for that.
        slot.Tell(slot.Renewal(running, 1));
        var renewed = slot.Expect<Renewed>();
        Assert.Equal((true, 2L), (renewed.Held, renewed.Epoch));
        Members("node-1");
        slot.Report(running, FakeSlot.Made, epoch: 1, stale: true);
        slot.Report(running, FakeSlot.Made, epoch: 2);
        var reduce = slot.Take();
        Assert.Equal(((int)TaskKind.Reduce, 2L), (reduce.Attempt.Kind, reduce.Epoch));
        slot.Report(reduce, FakeSlot.Made, epoch: 2);
        var status = Ended(job);
        Assert.Equal(("succeeded", 0, 30L), (status.Phase, status.FailedAttempts, status.Counters[0].Value));
    }

    [Fact]
    public void A_running_job_whose_journal_a_newer_program_has_written_ends_the_master_for_good()
    {
        var job = Submit("out");
        StopMaster();
        Plant(Props.Create(() => new Planter($"job-{job}")), new EventRecord { Version = 99 });
        master = StartMaster(2);
        Assert.True(ends.TryTake(out var end, Patience.Limit));
        Assert.Equal(($"Job {job}: The journal holds format version 99, and this program reads up to 1. A newer version of the program has written it: run that version, or a newer one.", false), end);
    }

    [Fact]
    public void A_snapshot_that_a_newer_program_has_made_ends_the_master_for_good()
    {
        StopMaster();
        Plant(Props.Create(() => new SnapshotPlanter("job-master")), new MasterSnapshot { Version = 99 });
        master = StartMaster(2);
        Assert.True(ends.TryTake(out var end, Patience.Limit));
        Assert.Equal(("The journal of the job master holds a snapshot of version 99, and this program reads up to 1. A newer version of the program has written it: run that version, or a newer one.", false), end);
    }

    [Fact]
    public void A_running_job_whose_snapshot_a_newer_program_has_made_ends_the_master_for_good()
    {
        var job = Submit("out");
        StopMaster();
        Plant(Props.Create(() => new SnapshotPlanter($"job-{job}")), new JobSnapshot { Version = 99 });
        master = StartMaster(2);
        Assert.True(ends.TryTake(out var end, Patience.Limit));
        Assert.Equal(($"Job {job}: The journal holds a snapshot of version 99, and this program reads up to 2. A newer version of the program has written it: run that version, or a newer one.", false), end);
    }

    [Fact]
    public void A_job_fails_after_its_attempts_with_the_reason()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out", spec => spec.Attempts = 2);
        for (var attempt = 0; attempt < 2; attempt++)
            slot.Report(slot.Take(), report => report.Failed = new Protocol.Work.Failure { Kind = FailureKind.UserCode, Message = "thrown" });
        var status = Ended(job);
        Assert.Equal(("failed", "thrown", 2), (status.Phase, status.Failure.Message, status.FailedAttempts));
        Assert.False(Path.Exists(Path.Combine(folder, "out")));
        Assert.Empty(Directory.GetDirectories(folder));
    }

    [Fact]
    public void Slots_are_shared_by_priority()
    {
        Members("node-1");
        var (low, high) = (Submit("low"), Submit("high", spec => spec.Priority = 3));
        var planner = new FakeSlot(this, "node-1", 0);
        planner.Plan(maps: 50, reduces: 0);
        planner.Plan(maps: 50, reduces: 0);
        var granted = Enumerable.Range(1, 8).Select(number => new FakeSlot(this, "node-1", number).Take().Job).ToList();
        // What a job wants is known a moment late, so shares are right to within one slot.
        Assert.InRange(granted.Count(job => job == high), 5, 7);
        Assert.InRange(granted.Count(job => job == low), 1, 3);
    }

    [Fact]
    public void As_many_slots_are_woken_as_the_members_offer()
    {
        var workers = CreateTestProbe();
        master = Sys.ActorOf(MasterProps(workers));
        Members("node-1", "node-2");
        Assert.Equal([0, 1], new[] { workers.ExpectMsg<Wake>().Slot, workers.ExpectMsg<Wake>().Slot }.Order());
    }

    [Fact]
    public void Names_that_are_nearly_right_are_suggested_and_tokens_are_known_again()
    {
        var job = Submit("out", spec => (spec.Name, spec.ClientToken) = ("counting", "mine"));
        Assert.Contains("'counting'", Ask<Refused>(new JobQuery { Job = "countign" }).Message, StringComparison.Ordinal);
        var again = Ask<Submitted>(new Submit { Spec = Spec("elsewhere", spec => spec.ClientToken = "mine") });
        Assert.Equal((job, true), (again.Job, again.Again));
    }

    [Fact]
    public void Events_come_in_order_and_a_watcher_waits_for_the_next()
    {
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var job = Submit("out");
        Assert.Equal(EventRecord.EventOneofCase.EpochClaimed, Assert.Single(Ask<EventsAnswer>(new EventsQuery { Job = job }).Events).EventCase);
        var watcher = CreateTestProbe();
        master.Tell(new EventsQuery { Job = job, From = 1 }, watcher);
        slot.Request();
        Assert.Equal(EventRecord.EventOneofCase.AttemptStarted, Assert.Single(watcher.ExpectMsg<EventsAnswer>().Events).EventCase);
        master.Tell(new EventsQuery { Job = job, From = 2 }, watcher);
        // The job has taken the question: it answers this one after it.
        Status(job);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(watcher.ExpectMsg<EventsAnswer>().Events);
    }

    private IActorRef StartMaster(int number) => Sys.ActorOf(MasterProps(CreateTestProbe()), $"master-{number}");

    private void StopMaster()
    {
        Watch(master);
        master.Tell(PoisonPill.Instance);
        ExpectTerminated(master);
    }

    /// <summary>Lets an actor write what a test wants to find.</summary>
    private void Plant(Props planter, object written)
    {
        var actor = Sys.ActorOf(planter);
        Watch(actor);
        actor.Tell(written);
        ExpectTerminated(actor);
    }

    private Props MasterProps(IActorRef workers) => MasterProps(workers, new MasterSettings());

    private Props MasterProps(IActorRef workers, MasterSettings settings) => Props.Create(() => new JobMaster(settings, history, workers, null, (reason, mayJoinAgain) => ends.Add(ValueTuple.Create(reason, mayJoinAgain))));

    private void Members(params string[] names)
        => master.Tell(new Membership(names.ToDictionary(name => new WorkerId(name, 7), name => new NodeMember(new WorkerId(name, 7), new NodeDescription(name, $"http://{name}/", $"https://{name}/", 1, "", ""), new Address("akka", "x"), "up", true))));

    private JobSpec Spec(string output, Action<JobSpec>? with = null)
    {
        var spec = new JobSpec
        {
            Id = Guid.NewGuid().ToString("n"),
            Name = "test",
            Output = Path.Combine(folder, output),
            Attempts = 4,
            Priority = 1,
            Order = new JobOrder { Settings = new Protocol.Execution.Settings() },
        };
        with?.Invoke(spec);
        return spec;
    }

    private string Submit(string output, Action<JobSpec>? with = null) => Ask<Submitted>(new Submit { Spec = Spec(output, with) }).Job;

    private TAnswer Ask<TAnswer>(object question)
    {
        var asker = CreateTestProbe();
        master.Tell(question, asker);
        return asker.ExpectMsg<TAnswer>(Patience.Limit);
    }

    private JobStatus Status(string job) => Ask<JobAnswer>(new JobQuery { Job = job }).Status;

    /// <summary>How the job stands when it has ended: its last event comes to whoever watches.</summary>
    private JobStatus Ended(string job, long from = 0)
    {
        while (true)
        {
            var page = Ask<EventsAnswer>(new EventsQuery { Job = job, From = from });
            from += page.Events.Count;
            if (page.Ended) return Status(job);
        }
    }
}
