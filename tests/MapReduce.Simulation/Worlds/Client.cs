using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;
using MapReduce.Simulation.Plans;

namespace MapReduce.Simulation.Worlds;

/// <summary>A user outside the cluster, who asks any node, and asks again where no answer comes: submits a job once, perhaps cancels it.</summary>
internal sealed class Client
{
    private const long Patience = 2_000_000;

    private readonly World world;
    private readonly int number;
    private readonly JobPlan plan;
    private readonly Randomness random;
    private readonly string token;
    private int tries;
    private bool wantsCancelled;

    public Client(World world, int number, JobPlan plan, long seed)
    {
        (this.world, this.number, this.plan) = (world, number, plan);
        random = new Randomness((ulong)(seed * 17 + number));
        token = $"token-{number}";
        world.Agenda.In(plan.SubmitAt * 1000L, null, Submit);
    }

    /// <summary>The job, once the client has heard that it is accepted.</summary>
    public string? Job { get; private set; }

    public List<Watcher> Watchers { get; } = [];

    public bool IsDone => Job is not null && !wantsCancelled && Watchers.TrueForAll(watcher => watcher.HasEnd);

    private void Submit()
    {
        if (Job is not null) return;
        // Each time as a new request: only the token says that it is the same job. Now and then twice at once, to different nodes.
        for (var times = random.Chance(0.2) ? 2 : 1; times > 0; times--)
        {
            var spec = new JobSpec { Id = new Guid(number + 1, (short)++tries, 0, new byte[8]).ToString("n"), Name = $"{number}", Output = $"output-{number}", ClientToken = token, Priority = 1 };
            spec.Attempts = plan.End == JobEnd.AlwaysThrows ? 3 : 1000;
            spec.Order = new JobOrder { Settings = new Protocol.Execution.Settings() };
            world.Ask(random, new Submit { Spec = spec }, answer =>
            {
                if (answer is Submitted submitted) OnSubmitted(submitted);
            });
        }
        world.Agenda.In(Patience, null, Submit);
    }

    private void OnSubmitted(Submitted submitted)
    {
        if (Job is not null && Job != submitted.Job) world.Violate("token", $"the client of job {number} is told of {Job} and of {submitted.Job}");
        if (Job is not null) return;
        if (world.Accepted.All(track => track.Job != submitted.Job)) world.Violate("persist-first", $"job {number} is said to be accepted, and the journal does not know it");
        Job = submitted.Job;
        for (var watcher = 0; watcher < plan.Watchers; watcher++) Watchers.Add(new Watcher(world, Job, random.Next()));
        if (plan.End != JobEnd.Cancelled) return;
        wantsCancelled = true;
        world.Agenda.In(random.Between(0, 600_000), null, Cancel);
    }

    private void Cancel()
    {
        if (!wantsCancelled) return;
        world.Ask(random, new Cancel { Job = Job! }, answer => wantsCancelled &= answer is not (Done or Refused { Code: "not-running" }));
        world.Agenda.In(Patience, null, Cancel);
    }
}

/// <summary>Somebody who follows the events of a job, through any node and any master, from the last revision that he has.</summary>
internal sealed class Watcher
{
    private const long Patience = 3_000_000;

    private readonly World world;
    private readonly string job;
    private readonly Randomness random;
    private long question;

    public Watcher(World world, string job, ulong seed)
    {
        (this.world, this.job) = (world, job);
        random = new Randomness(seed);
        Ask();
    }

    /// <summary>The events, as they came.</summary>
    public List<Protocol.Journal.EventRecord> Events { get; } = [];

    /// <summary>Whether he was told that there will be no more.</summary>
    public bool HasEnd { get; private set; }

    private void Ask()
    {
        if (HasEnd) return;
        var number = ++question;
        world.Ask(random, new EventsQuery { Job = job, From = Events.Count }, answer =>
        {
            if (answer is not EventsAnswer page || page.From != Events.Count || HasEnd) return;
            Events.AddRange(page.Events);
            HasEnd = page.Ended;
            if (number == question) world.Agenda.In(page.Events.Count > 0 ? 1_000 : 50_000, null, Ask);
        });
        world.Agenda.In(Patience, null, () =>
        {
            if (number == question) Ask();
        });
    }
}
