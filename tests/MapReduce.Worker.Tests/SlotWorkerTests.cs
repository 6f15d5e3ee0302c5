using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Worker.Tests;

/// <summary>One slot, with a probe for the job master, a runner that does as it is told, and a clock that only the tests move.</summary>
public sealed class SlotWorkerTests : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-worker-").FullName;
    private readonly FakeRunner runner = new();
    private readonly TestProbe master;
    private readonly WorkerNode node;
    private readonly IActorRef slot;
    private Func<Google.Protobuf.IMessage, CancellationToken, Task<object>> ask = null!;

    public SlotWorkerTests() : base($"akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"\n{Patience.ForProbes}")
    {
        master = CreateTestProbe();
        node = TestNode.Make(folder);
        slot = Sys.ActorOf(Props.CreateBy(new Producer(() => new SlotWorker(node, 3, master.Ref, MakeRunner))));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(folder, recursive: true);
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task An_answer_of_a_replaced_master_is_not_taken_and_the_question_is_asked_again()
    {
        master.ExpectMsg<WorkRequest>();
        node.Epochs.Admit(2);
        var asked = 0;
        master.SetAutoPilot(new DelegateAutoPilot((asker, message) =>
        {
            // Whoever asks has a second of real time for each answer, and asks again after it.
            if (message is DatasetsQuery) asker.Tell(++asked == 1 ? new Datasets { Job = "job", Epoch = 1 } : new Datasets { Job = "job", Epoch = 2, Total = 3 });
            return AutoPilot.KeepRunning;
        }));
        var answer = ask(new DatasetsQuery { Job = "job" }, CancellationToken.None);
        Assert.Equal(3, Assert.IsType<Datasets>(await answer.WaitAsync(Patience.Limit)).Total);
        Assert.True(asked > 1);
    }

    [Fact]
    public void A_slot_asks_for_work_until_it_is_answered_always_with_the_same_number()
    {
        var first = master.ExpectMsg<WorkRequest>();
        Assert.Equal(("node-1", 3, 1L), (first.Slot.Node, first.Slot.Number, first.Number));
        for (var again = 0; again < 3; again++)
        {
            Clock.Advance(Second);
            Assert.Equal(first, master.ExpectMsg<WorkRequest>());
        }
    }

    [Fact]
    public void A_report_that_no_message_can_carry_fails_the_attempt_with_the_reason()
    {
        var running = Begin(1);
        var made = new Protocol.Execution.Products { Parts = { Enumerable.Range(0, 4000).Select(part => new Protocol.Execution.Part { Name = $"output-{part}/part-00000" }) } };
        running.Result.SetResult(new Report { Job = running.Grant.Job, Attempt = running.Grant.Attempt, Made = made });
        var report = master.ExpectMsg<Report>();
        Assert.Equal((FailureKind.Definition, running.Grant.Attempt, 3), (report.Failed.Kind, report.Attempt, report.Slot.Number));
        Assert.Contains("4000 files", report.Failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grant_is_run_renewed_and_reported_until_the_report_is_heard()
    {
        var running = Begin(1);
        Clock.Advance(Second);
        Assert.Equal((running.Grant.Attempt, 42L), (master.ExpectMsg<Renewal>().Attempt, master.LastMessage is Renewal renewal ? renewal.Bytes : 0));
        running.Succeed();
        var report = master.ExpectMsg<Report>();
        Assert.Equal((1L, 2L, 3), (report.Epoch, report.NextRequest, report.Slot.Number));
        Clock.Advance(Second);
        Assert.Equal(report, master.ExpectMsg<Report>());
        Hear(report);
        Clock.Advance(Second);
        Assert.Equal(2, master.ExpectMsg<WorkRequest>().Number);
    }

    [Fact]
    public void A_grant_for_another_request_and_one_of_an_old_reign_are_passed_over()
    {
        master.ExpectMsg<WorkRequest>();
        slot.Tell(Grant(request: 2));
        slot.Tell(new EpochAnnounced { Epoch = 5 });
        master.ExpectMsg<WorkRequest>();
        slot.Tell(Grant(request: 1, epoch: 4));
        slot.Tell(Grant(request: 1, epoch: 5, index: 9));
        Assert.Equal(9, runner.Next().Grant.Attempt.Index);
        Assert.False(runner.HasNext);
    }

    [Fact]
    public void A_revoked_attempt_is_stopped_and_not_reported()
    {
        var running = Begin(1);
        slot.Tell(new Revoke { Job = "job", Attempt = running.Grant.Attempt, Epoch = 1 });
        Assert.Equal(2, master.ExpectMsg<WorkRequest>().Number);
        Assert.True(running.Cancellation.IsCancellationRequested);
    }

    [Fact]
    public void A_lease_that_is_not_held_any_more_stops_the_attempt()
    {
        var running = Begin(1);
        Clock.Advance(Second);
        master.ExpectMsg<Renewal>();
        slot.Tell(new Renewed { Job = "job", Attempt = running.Grant.Attempt, Epoch = 1, Held = false });
        Assert.Equal(2, master.ExpectMsg<WorkRequest>().Number);
        Assert.True(running.Cancellation.IsCancellationRequested);
    }

    [Fact]
    public void An_order_of_a_replaced_master_is_refused()
    {
        var running = Begin(1);
        slot.Tell(new EpochAnnounced { Epoch = 2 });
        Assert.Equal(2, master.ExpectMsg<Renewal>().Epoch);
        slot.Tell(new Revoke { Job = "job", Attempt = running.Grant.Attempt, Epoch = 1 });
        slot.Tell(new Renewed { Job = "job", Attempt = running.Grant.Attempt, Epoch = 1, Held = false });
        running.Succeed();
        Assert.NotNull(master.ExpectMsg<Report>().Made);
    }

    [Fact]
    public void Without_word_from_any_master_the_attempt_stops_in_the_end()
    {
        var running = Begin(1);
        for (var second = 0; second < 30; second++)
        {
            Clock.Advance(Second);
            master.ExpectMsg<Renewal>();
        }
        Assert.False(running.Cancellation.IsCancellationRequested);
        Clock.Advance(Second);
        Assert.Equal(2, master.ExpectMsg<WorkRequest>().Number);
        Assert.True(running.Cancellation.IsCancellationRequested);
    }

    [Fact]
    public void A_report_with_an_old_epoch_is_sent_again_with_the_new_one()
    {
        var running = Begin(1);
        running.Succeed();
        var report = master.ExpectMsg<Report>();
        slot.Tell(new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = 7, Stale = true });
        Assert.Equal(7, master.ExpectMsg<Report>().Epoch);
    }

    [Fact]
    public void A_grant_that_comes_before_the_report_is_heard_is_run_after_it()
    {
        var running = Begin(1);
        running.Succeed();
        var report = master.ExpectMsg<Report>();
        slot.Tell(Grant(request: 2, index: 1));
        Hear(report);
        Assert.Equal(1, runner.Next().Grant.Attempt.Index);
    }

    [Fact]
    public void A_grant_that_is_revoked_before_it_is_taken_up_never_runs()
    {
        var running = Begin(1);
        running.Succeed();
        var report = master.ExpectMsg<Report>();
        var next = Grant(request: 2, index: 1);
        slot.Tell(next);
        slot.Tell(new Revoke { Job = next.Job, Attempt = next.Attempt, Epoch = 1 });
        Hear(report);
        Clock.Advance(Second);
        Assert.Equal(2, master.ExpectMsg<WorkRequest>().Number);
        Assert.False(runner.HasNext);
    }

    [Fact]
    public void A_draining_node_s_slot_reports_and_asks_for_nothing()
    {
        var running = Begin(1);
        node.Draining = true;
        running.Succeed();
        var report = master.ExpectMsg<Report>();
        Assert.Equal(0, report.NextRequest);
        Hear(report);
        Clock.Advance(Second);
        Clock.Advance(Second);
        slot.Tell(new Identify(0), master.Ref);
        master.ExpectMsg<ActorIdentity>();
    }

    [Fact]
    public void A_new_master_learns_at_once_what_is_done_and_what_is_wanted()
    {
        master.ExpectMsg<WorkRequest>();
        slot.Tell(new EpochAnnounced { Epoch = 1 });
        master.ExpectMsg<WorkRequest>();
        slot.Tell(Grant(request: 1));
        var running = runner.Next();
        slot.Tell(new EpochAnnounced { Epoch = 2 });
        master.ExpectMsg<Renewal>();
        running.Succeed();
        master.ExpectMsg<Report>();
        slot.Tell(new EpochAnnounced { Epoch = 3 });
        Assert.Equal(3, master.ExpectMsg<Report>().Epoch);
    }

    [Fact]
    public async Task The_executor_of_a_job_that_has_no_more_work_is_ended()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.False(runner.ExecutorEnded.Task.IsCompleted);
            master.ExpectMsg<WorkRequest>();
            Clock.Advance(Second);
        }
        await runner.ExecutorEnded.Task.WaitAsync(Patience.Limit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fault_of_the_node_itself_is_reported_as_such_and_the_slot_goes_on(bool isTimeout)
    {
        var running = Begin(1);
        running.Result.SetException(isTimeout ? new TaskCanceledException("a fault") : new InvalidOperationException("a fault"));
        var report = master.ExpectMsg<Report>();
        Assert.Equal((FailureKind.Storage, "node-1: a fault", running.Grant.Attempt, 2L), (report.Failed.Kind, report.Failed.Message, report.Attempt, report.NextRequest));
        Hear(report);
        slot.Tell(Grant(2));
        Assert.Equal(2, runner.Next().Grant.Request);
    }

    [Fact]
    public async Task A_slot_that_ends_takes_its_attempt_and_its_executor_with_it()
    {
        var running = Begin(1);
        Sys.Stop(slot);
        await runner.Disposed.Task.WaitAsync(Patience.Limit);
        Assert.True(running.Cancellation.IsCancellationRequested);
    }

    private FakeRunner.Running Begin(long request)
    {
        master.ExpectMsg<WorkRequest>();
        slot.Tell(Grant(request));
        return runner.Next();
    }

    /// <summary>Answers a report, and waits until that is understood.</summary>
    private void Hear(Report report)
    {
        slot.Tell(new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = report.Epoch });
        // Whatever the slot does next it does after this.
        slot.Ask<ActorIdentity>(new Identify(0)).Wait(Patience.Limit);
    }

    private static Grant Grant(long request, long epoch = 1, int index = 0)
        => new() { Job = "job", Attempt = new Attempt { Kind = 1, Index = index }, Epoch = epoch, Request = request };

    private sealed class Producer(Func<SlotWorker> make) : IIndirectActorProducer
    {
        public Type ActorType => typeof(SlotWorker);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }

    private IAttemptRunner MakeRunner(Func<Google.Protobuf.IMessage, CancellationToken, Task<object>> question)
    {
        ask = question;
        return runner;
    }
}
