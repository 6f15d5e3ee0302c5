using MapReduce.Coordination;
using MapReduce.Protocol.Jobs;
using Xunit;

namespace MapReduce.Master.Tests;

/// <summary>How long the job master remembers.</summary>
public sealed partial class JobMasterTests
{
    [Fact]
    public void Of_ended_jobs_only_the_latest_are_remembered()
    {
        var jobs = RunThree(new MasterSettings { History = new HistoryPolicy { Jobs = 2 } });
        Tick(() => Assert.Equal(jobs[1..].Order(), Known().Order()));
        Assert.Equal(jobs[..1], history.Removed);
    }

    [Fact]
    public void Jobs_whose_events_take_too_much_of_the_journal_are_forgotten_but_for_the_last()
    {
        var jobs = RunThree(new MasterSettings { History = new HistoryPolicy { Bytes = 1000 } });
        Tick(() => Assert.Equal(jobs[2..], Known()));
        Assert.Equal(jobs[..2].Order(), history.Removed.Order());
    }

    [Fact]
    public void Nobody_reads_the_journal_of_a_job_in_order_to_remove_it()
    {
        var jobs = RunThree(new MasterSettings());
        StopMaster();
        var reads = CreateTestProbe();
        Sys.EventStream.Subscribe(reads, typeof(RecordRead));
        Follow(new MasterSettings { History = new HistoryPolicy { Jobs = 1 } });
        Tick(() => Assert.Equal(jobs[2..], Known()));
        Assert.Equal(["job-master"], JournalsRead(reads).Distinct());
    }

    [Fact]
    public void A_job_whose_journal_cannot_be_removed_is_not_told_of_and_goes_when_it_can()
    {
        var away = new TaskCompletionSource();
        history.Removal = away.Task;
        var jobs = RunThree(new MasterSettings { History = new HistoryPolicy { Jobs = 2 } });
        Tick(() => Assert.Equal(jobs[..1], history.Asked));
        Assert.Equal("unknown-job", Ask<Refused>(new JobQuery { Job = jobs[0] }).Code);
        Assert.Equal(3, Known().Count);
        history.Removal = Task.CompletedTask;
        away.SetException(new IOException("The database is away."));
        Tick(() => Assert.Equal(jobs[1..].Order(), Known().Order()));
        Assert.Equal(jobs[..1], history.Removed);
    }

    [Fact]
    public void Jobs_that_ended_long_ago_are_forgotten_and_one_that_runs_is_not()
    {
        var jobs = RunThree(new MasterSettings { History = new HistoryPolicy { Age = TimeSpan.FromSeconds(30) } });
        var running = Submit("running");
        Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(4, Known().Count);
        Tick(() => Assert.Equal([running], Known()));
        Assert.Equal("unknown-job", Ask<Refused>(new JobQuery { Job = jobs[0] }).Code);
        Assert.Equal("running", Ask<JobsAnswer>(new JobsQuery()).Jobs.Single().Phase);
    }

    [Theory]
    [InlineData("out")]
    [InlineData("/")]
    public void A_refused_job_is_forgotten_when_nothing_of_it_can_be_staged_any_more(string output)
    {
        File.WriteAllText(Path.Combine(folder, "out"), "in the way");
        var spec = Spec(output, null);
        Ask<Refused>(new Submit { Spec = spec });
        Tick(() => Assert.Contains(Ask<ChangesAnswer>(new ChangesQuery { From = 0 }).Changes, change => change.Kind == "job-forgotten" && change.Job == spec.Id));
    }

    /// <summary>Lets another master take the place of the one that there is.</summary>
    private void Replace(MasterSettings settings)
    {
        // The one has claimed its epoch before it goes.
        Known();
        StopMaster();
        Follow(settings);
    }

    /// <summary>Starts the next master where the one before has gone.</summary>
    private void Follow(MasterSettings settings) => (master, epoch) = (Sys.ActorOf(MasterProps(CreateTestProbe(), settings)), epoch + 1);

    /// <summary>Three jobs that have ended, under a master of their own.</summary>
    private List<string> RunThree(MasterSettings settings)
    {
        Replace(settings);
        Members("node-1");
        var slot = new FakeSlot(this, "node-1", 0);
        var jobs = new List<string>();
        foreach (var output in (string[])["one", "two", "three"])
        {
            jobs.Add(Submit(output));
            slot.RunAll(maps: 1, reduces: 1);
            Ended(jobs[^1]);
        }
        // The master writes that a job is over, with the time, a moment after the job itself.
        AwaitAssert(() => Assert.All(Ask<JobsAnswer>(new JobsQuery()).Jobs, job => Assert.Equal("succeeded", job.Phase)), Patience.Limit);
        return jobs;
    }

    /// <summary>Lets time pass until something holds: a job is forgotten when its own journal is empty, a moment after the tick.</summary>
    private void Tick(Action holds) => AwaitAssert(
        () =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            holds();
        },
        Patience.Limit);

    private List<string> Known() => [.. Ask<JobsAnswer>(new JobsQuery()).Jobs.Select(job => job.Id)];
}
