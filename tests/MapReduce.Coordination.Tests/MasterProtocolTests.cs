using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using Xunit;

namespace MapReduce.Coordination.Tests;

/// <summary>What the job master itself decides, and what simulated histories have found wrong in it.</summary>
public sealed class MasterProtocolTests : IMasterSurroundings<string>
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly string Job = new JobId(Guid.Parse("00000000-0000-0000-0000-000000000001")).ToString();

    private readonly MasterProtocol<string> master;
    private readonly Queue<MasterRecord> writing = [];
    private readonly List<MasterRecord> journal = [];
    private readonly List<IMessage> told = [];
    private readonly List<(WorkerId Node, IMessage Message)> toNodes = [];
    private readonly List<IMessage> toJobs = [];
    private readonly List<string> started = [];
    private readonly List<JobSpec> staged = [];
    private readonly List<string> unstaged = [];

    public MasterProtocolTests() => master = new MasterProtocol<string>(TimeSpan.FromSeconds(5), new HealthPolicy(), this);

    [Fact]
    public void A_master_that_has_nothing_to_write_confirms_its_epoch_and_so_learns_that_it_was_overtaken()
    {
        Reign();
        master.OnTick(Start.AddSeconds(9));
        Assert.Empty(writing);
        master.OnTick(Start.AddSeconds(10));
        Assert.Equal(1, Assert.Single(writing).EpochClaimed.Epoch);
        WriteAll();
        Assert.Equal(1, master.Registry.Epoch.Value);
    }

    [Fact]
    public void A_staging_folder_is_in_the_journal_before_it_is_made_and_removed_by_the_next_master_unless_the_job_was_accepted()
    {
        Reign();
        master.OnSubmit("asker", new Submit { Spec = new JobSpec { Id = Job, ClientToken = "token" } }, Start);
        Assert.Empty(staged);
        WriteAll();
        Assert.Equal([Job], staged.Select(spec => spec.Id));
        var next = new MasterProtocolTests();
        foreach (var record in journal) next.master.Recover(record);
        next.Reign();
        next.master.OnTick(Start.AddSeconds(29));
        Assert.Empty(next.unstaged);
        next.master.OnTick(Start.AddSeconds(30));
        Assert.Equal([Job], next.unstaged);
        next.master.OnUnstaged(Job, Start);
        next.WriteAll();
        Assert.Empty(next.master.Registry.Staging);
    }

    [Fact]
    public void What_was_staged_in_part_is_removed_and_tried_again_where_it_cannot_be_removed()
    {
        Reign();
        master.OnSubmit("asker", new Submit { Spec = new JobSpec { Id = Job, ClientToken = "token" } }, Start);
        WriteAll();
        master.OnStaged(Assert.Single(staged), "asker", new Refused { Code = "output" }, Start);
        Assert.IsType<Refused>(Assert.Single(told));
        Assert.Equal(Job, Assert.Single(master.Registry.Staging).Id);
        foreach (var (second, times) in new[] { (29, 0), (30, 1), (59, 1), (60, 2) })
        {
            master.OnTick(Start.AddSeconds(second));
            WriteAll();
            Assert.Equal(times, unstaged.Count);
        }
        master.OnUnstaged(Job, Start.AddSeconds(61));
        WriteAll();
        Assert.Empty(master.Registry.Staging);
        master.OnTick(Start.AddSeconds(90));
        Assert.Equal(2, unstaged.Count);
    }

    [Fact]
    public void A_job_is_submitted_when_it_arrives_and_not_when_it_is_staged()
    {
        Reign();
        master.OnSubmit("asker", new Submit { Spec = new JobSpec { Id = Job } }, Start.AddSeconds(3));
        WriteAll();
        master.OnStaged(Assert.Single(staged), "asker", null, Start.AddSeconds(5));
        WriteAll();
        var accepted = journal[^1];
        Assert.Equal((Start.AddSeconds(3).UtcTicks, Start.AddSeconds(5).UtcTicks), (accepted.JobAccepted.Spec.Submitted, accepted.At));
        Assert.Equal(Start.AddSeconds(3).UtcTicks, master.Registry.Find(Job)!.Spec.Submitted);
    }

    [Fact]
    public void A_report_on_a_job_that_has_ended_is_answered_in_the_present_epoch_even_while_somebody_looks_at_the_job()
    {
        journal.Add(new MasterRecord { Version = 1, JobAccepted = new JobAccepted { Spec = new JobSpec { Id = Job } } });
        journal.Add(new MasterRecord { Version = 1, At = 1, JobEnded = new JobEnded { Job = Job, Phase = "succeeded" } });
        foreach (var record in journal) master.Recover(record);
        Reign();
        master.Start(master.Registry.Find(Job)!);
        Assert.Equal([Job], started);
        master.OnReport("slot", new Report { Job = Job, Slot = new Slot { Node = "node-1" }, Attempt = new Protocol.Work.Attempt() }, Start);
        Assert.Equal(1, Assert.IsType<Reported>(Assert.Single(told)).Epoch);
        Assert.Empty(toJobs);
    }

    [Fact]
    public void A_client_token_is_known_to_the_next_master()
    {
        Reign();
        var spec = new JobSpec { Id = Job, ClientToken = "token" };
        master.OnSubmit("asker", new Submit { Spec = spec }, Start);
        WriteAll();
        master.OnStaged(spec, "asker", null, Start);
        WriteAll();
        var next = new MasterProtocolTests();
        foreach (var record in journal) next.master.Recover(record);
        next.Reign();
        next.master.OnSubmit("asker", new Submit { Spec = new JobSpec { Id = new JobId(Guid.NewGuid()).ToString(), ClientToken = "token" } }, Start);
        var answer = Assert.IsType<Submitted>(Assert.Single(next.told));
        Assert.Equal((Job, true), (answer.Job, answer.Again));
    }

    [Fact]
    public void A_node_that_asks_hears_which_of_its_logs_are_of_forgotten_jobs_and_since_when_packages_may_be_needed()
    {
        var (ended, running) = (Accept(1, submitted: 100), Accept(2, submitted: 200));
        Accept(3, submitted: 300);
        journal.Add(new MasterRecord { Version = 1, At = 1, JobEnded = new JobEnded { Job = ended, Phase = "succeeded" } });
        foreach (var record in journal) master.Recover(record);
        Reign();
        var reply = Inventory(ended, running, "unknown");
        Assert.Equal(["unknown"], reply.Forgotten);
        Assert.Equal(200, reply.NeededSince);
    }

    [Fact]
    public void A_node_that_offers_outputs_hears_that_the_job_has_them_and_of_a_job_that_has_ended_nothing()
    {
        var (ended, running) = (Accept(1, submitted: 100), Accept(2, submitted: 200));
        journal.Add(new MasterRecord { Version = 1, At = 1, JobEnded = new JobEnded { Job = ended, Phase = "succeeded" } });
        foreach (var record in journal) master.Recover(record);
        Reign();
        master.OnFound("node-1", Offer(ended));
        Assert.Empty(told);
        master.OnFound("node-1", Offer(running));
        Assert.Equal(Offer(running), Assert.Single(toJobs));
        Assert.Equal(new InventoryReply { Epoch = 1, Found = Offer(running) }, Assert.Single(told));

        static OutputsFound Offer(string job) => new() { Node = new Holder { Node = "node-1", Incarnation = 2 }, Job = job, Attempts = { new Protocol.Work.Attempt { Kind = (int)TaskKind.Map, Index = 3 } } };
    }

    [Fact]
    public void Where_all_jobs_have_ended_no_package_is_needed()
    {
        Reign();
        Assert.Equal(long.MaxValue, Inventory().NeededSince);
    }

    [Fact]
    public void All_nodes_hear_of_a_job_that_is_forgotten_once_that_is_written()
    {
        var job = Accept(1, submitted: 100);
        journal.Add(new MasterRecord { Version = 1, At = 1, JobEnded = new JobEnded { Job = job, Phase = "failed" } });
        foreach (var record in journal) master.Recover(record);
        Reign();
        master.OnMembers(new Dictionary<WorkerId, Member> { [new("node-1", 1)] = new(2, true), [new("node-2", 1)] = new(2, false), [new("master", 1)] = new(0, true) }, Start);
        toNodes.Clear();
        master.Forget(job, Start, () => { });
        Assert.Empty(toNodes);
        WriteAll();
        Assert.Equal(["node-1", "node-2"], toNodes.Select(sent => sent.Node.Node).Order(StringComparer.Ordinal));
        Assert.All(toNodes, sent => Assert.Equal([job], Assert.IsType<InventoryReply>(sent.Message).Forgotten));
        toNodes.Clear();
        // One that was never accepted has run nowhere.
        master.Forget("refused", Start, () => { });
        WriteAll();
        Assert.Empty(toNodes);
    }

    [Theory]
    [InlineData("machine", "machine", true)]
    [InlineData("machine", "another", false)]
    [InlineData("", "", false)]
    public void Nodes_are_alike_where_all_have_the_disks_of_one_machine(string first, string second, bool areAlike)
    {
        Reign();
        master.OnMembers(new Dictionary<WorkerId, Member> { [new("node-1", 1)] = new(2, true, first), [new("node-2", 1)] = new(2, true, second), [new("master", 1)] = new(0, true, "elsewhere") }, Start);
        Assert.Equal(areAlike, master.Dispatcher.NodesAreAlike);
    }

    private string Accept(int number, long submitted)
    {
        var id = new JobId(new Guid(number, 0, 0, new byte[8])).ToString();
        journal.Add(new MasterRecord { Version = 1, JobAccepted = new JobAccepted { Spec = new JobSpec { Id = id, Submitted = submitted } } });
        return id;
    }

    private InventoryReply Inventory(params string[] logs)
    {
        master.OnInventory("node-1", new Inventory { Node = new Holder { Node = "node-1", Incarnation = 1 }, Logs = { logs } });
        return Assert.IsType<InventoryReply>(told[^1]);
    }

    void IMasterSurroundings<string>.Persist(MasterRecord record) => writing.Enqueue(record);

    void IMasterSurroundings<string>.Reign()
    {
    }

    void IMasterSurroundings<string>.Start(JobRecord job, Epoch? epoch) => started.Add(job.Spec.Id);

    void IMasterSurroundings<string>.ToJob(JobId job, IMessage message, string from) => toJobs.Add(message);

    void IMasterSurroundings<string>.Tell(string peer, IMessage message) => told.Add(message);

    void IMasterSurroundings<string>.ToNode(WorkerId node, IMessage message) => toNodes.Add((node, message));

    void IMasterSurroundings<string>.Wake(int slot)
    {
    }

    void IMasterSurroundings<string>.Stage(JobSpec spec, string asker) => staged.Add(spec);

    void IMasterSurroundings<string>.Unstage(JobSpec spec) => unstaged.Add(spec.Id);

    bool IDispatcherSurroundings<string>.IsRunning(JobId job) => false;

    void IDispatcherSurroundings<string>.Offer(JobId job, Offer<string> offer)
    {
    }

    void IDispatcherSurroundings<string>.DispatchAfter(JobId job, TimeSpan time)
    {
    }

    void IDispatcherSurroundings<string>.Again(JobId job, Offer<string> offer, AttemptId attempt)
    {
    }

    void IDispatcherSurroundings<string>.Abandoned(JobId job, AttemptId attempt)
    {
    }

    private void Reign()
    {
        master.OnRecovered(Start);
        WriteAll();
    }

    private void WriteAll()
    {
        while (writing.TryDequeue(out var record))
        {
            journal.Add(record);
            master.OnWritten(record);
        }
    }
}
