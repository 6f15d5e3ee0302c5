using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Work;
using MapReduce.Simulation.Plans;
using Plan = MapReduce.Protocol.Work.Plan;

namespace MapReduce.Simulation.Scale;

/// <summary>Thousands of slots that keep the product's dispatcher and jobs busy, in simulated time; what all that takes of the processor is measured.</summary>
internal sealed class ScaleCluster : IDispatcherSurroundings<ScaleSlot>
{
    private const int Renewal = 3;
    private const int SlowFactor = 8;
    private const int Points = 20;

    private readonly ScalePlan plan;
    private readonly Queue<Action> box = [];
    private readonly PriorityQueue<Action, (double, long)> agenda = new();
    private readonly Dictionary<JobId, ScaleJob> jobs = [];
    private readonly List<ScaleSlot> slots = [];
    private readonly Dictionary<WorkerId, int> members = [];
    private readonly Randomness random = new(7);
    private readonly List<(double At, long Done)> progress = [];
    private long entries;
    private double now;

    public ScaleCluster(ScalePlan plan)
    {
        this.plan = plan;
        Dispatcher = new Dispatcher<ScaleSlot>(TimeSpan.FromSeconds(30), new HealthPolicy(), this);
        for (var node = 0; node < plan.Nodes; node++)
        {
            var worker = new WorkerId($"node-{node}", node + 1);
            members[worker] = plan.Slots;
            for (var slot = 0; slot < plan.Slots; slot++) slots.Add(new ScaleSlot(worker, node * plan.Slots + slot));
        }
        JobsLeft = plan.Jobs;
    }

    public Dispatcher<ScaleSlot> Dispatcher { get; }

    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddSeconds(now);

    public long JournalBytes { get; set; }

    public long TasksDone { get; set; }

    public int JobsLeft { get; set; }

    public static ScaleResult Run(ScalePlan plan) => new ScaleCluster(plan).Run();

    /// <summary>Something within the master that comes after what it does now.</summary>
    public void Post(Action act) => box.Enqueue(act);

    /// <summary>A message comes to a slot.</summary>
    public void Receive(ScaleSlot slot, ScaleJob job, IMessage message)
    {
        if (!slot.IsAlive) return;
        if (message is Revoke revoke && slot.Grant is { } current && slot.Job == job && current.Attempt.Equals(revoke.Attempt))
        {
            slot.Grant = null;
            At(now, () => Ask(slot));
        }
        if (message is not Grant grant || grant.Request != slot.Request || slot.Grant is not null) return;
        (slot.Grant, slot.Job) = (grant, job);
        slot.Request++;
        At(now + Duration(job, Wire.Read(grant.Attempt)), () => Finish(slot, grant));
    }

    bool IDispatcherSurroundings<ScaleSlot>.IsRunning(JobId job) => !jobs[job].IsDecided;

    void IDispatcherSurroundings<ScaleSlot>.Offer(JobId job, Offer<ScaleSlot> offer) => Post(() => jobs[job].Protocol.OnOffer(offer, Time));

    void IDispatcherSurroundings<ScaleSlot>.DispatchAfter(JobId job, TimeSpan time) => At(now + time.TotalSeconds, () => Dispatcher.Dispatch(Time));

    void IDispatcherSurroundings<ScaleSlot>.Again(JobId job, Offer<ScaleSlot> offer, AttemptId attempt) => Post(() => jobs[job].Protocol.OnAgain(offer, attempt));

    void IDispatcherSurroundings<ScaleSlot>.Abandoned(JobId job, AttemptId attempt) => Post(() => jobs[job].Protocol.OnAbandoned(attempt, Time));

    private ScaleResult Run()
    {
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var number = 0; number < plan.Jobs; number++)
        {
            var job = new ScaleJob(this, number);
            jobs[job.Id] = job;
            Master(() => job.Protocol.Reign(new Epoch(1), members.ContainsKey, Time));
        }
        Master(() => Dispatcher.OnMembers(new Dictionary<WorkerId, int>(members), Time));
        foreach (var slot in slots) At(random.Between(0, 1000) / 1000.0, () => Ask(slot));
        At(1, Second);
        var began = Environment.CpuUsage.TotalTime;
        if (plan.LossPerHour > 0) LoseLater();
        while (JobsLeft > 0 && agenda.TryDequeue(out var act, out var at))
        {
            now = at.Item1;
            act();
        }
        var seconds = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
        var memory = (double)(GC.GetTotalMemory(forceFullCollection: true) - before);
        var decisions = jobs.Values.Sum(Started);
        var tasks = (double)plan.Jobs * (plan.Maps + plan.Reduces);
        var ideal = jobs.Values.Sum(Nominal) / slots.Count;
        var done = Enumerable.Range(1, Points).Select(point => progress.LastOrDefault(known => known.At <= now * point / Points).Done / tasks).ToList();
        done[^1] = 1;
        return new ScaleResult(plan, decisions, seconds, now, ideal, memory / tasks, JournalBytes / tasks, done);
    }

    private void At(double time, Action act) => agenda.Enqueue(act, (time, entries++));

    /// <summary>Lets the master's code do something, with all that follows.</summary>
    private void Master(Action act)
    {
        act();
        while (box.TryDequeue(out var next)) next();
    }

    private void Ask(ScaleSlot slot)
    {
        if (slot.IsAlive && slot.Grant is null) Master(() => Dispatcher.OnRequest(slot, new WorkRequest { Slot = slot.Slot, Number = slot.Request }, Time));
    }

    private void Finish(ScaleSlot slot, Grant grant)
    {
        if (!slot.IsAlive || slot.Grant != grant) return;
        var job = slot.Job!;
        slot.Grant = null;
        var report = new Report { Slot = slot.Slot, Job = grant.Job, Attempt = grant.Attempt, Epoch = 1, NextRequest = slot.Request };
        if (grant.Attempt.Kind == (int)TaskKind.Plan) report.Planned = new Plan { Digest = "0123456789abcdef0123456789abcdef", Maps = plan.Maps, Reduces = plan.Reduces, Definition = new Opened { Name = "scale", Stages = { new Stage() }, Counters = { "records" } } };
        else report.Made = Made(grant.Attempt);
        Master(() =>
        {
            Dispatcher.OnReport(slot.Slot, Wire.Read(grant.Attempt), Time);
            Post(() => job.Protocol.OnReport(slot, report, Time));
            Dispatcher.OnRequest(slot, new WorkRequest { Slot = slot.Slot, Number = slot.Request }, Time);
        });
    }

    /// <summary>What a task of a usual size reports.</summary>
    private static Products Made(Protocol.Work.Attempt attempt)
    {
        var made = new Products { Totals = new Totals { RecordsRead = 1_000_000, BytesRead = 128 << 20, ReadsInput = attempt.Kind == (int)TaskKind.Map, ShuffleBytes = 40 << 20, Counters = { 1_000_000 } } };
        if (attempt.Kind == (int)TaskKind.Reduce) made.Parts.Add(new Part { Name = $"part-{attempt.Index:D5}", PrivatePath = $"/data/.out.mr-0123456789abcdef/private/s0-r{attempt.Index:D5}-a{attempt.Number}-000", Length = 128 << 20, Hash = "0123456789abcdef0123456789abcdef", Rows = 1_000_000 });
        return made;
    }

    private void Second()
    {
        progress.Add((now, TasksDone));
        foreach (var job in jobs.Values)
            if (!job.IsDecided) Master(() => job.Protocol.OnTick(Time));
        Master(() => Dispatcher.Dispatch(Time));
        for (var i = (int)now % Renewal; i < slots.Count; i += Renewal)
        {
            var slot = slots[i];
            if (slot is not { IsAlive: true, Grant: { } grant }) continue;
            var renewal = new Protocol.Work.Renewal { Slot = slot.Slot, Job = grant.Job, Attempt = grant.Attempt, Epoch = 1, Bytes = 1 };
            Master(() =>
            {
                Dispatcher.OnRenewal(slot.Slot, slot.Job!.Id, Wire.Read(grant.Attempt), Time);
                slot.Job.Protocol.OnRenewal(slot, renewal, Time);
            });
        }
        At(now + 1, Second);
    }

    private void LoseLater() => At(now + 3600 / (plan.Nodes * plan.LossPerHour) * (random.Between(500, 1500) / 1000.0), () =>
    {
        if (members.Count == 1) return;
        var lost = random.Of([.. members.Keys]);
        members.Remove(lost);
        foreach (var slot in slots.Where(slot => slot.Worker == lost)) slot.IsAlive = false;
        // Until the cluster has noticed, some seconds pass.
        At(now + 5, () => Master(() =>
        {
            foreach (var job in jobs.Values) Post(() => job.Protocol.OnMembers(members.ContainsKey, Time));
            Dispatcher.OnMembers(new Dictionary<WorkerId, int>(members), Time);
        }));
        LoseLater();
    });

    private double Duration(ScaleJob job, AttemptId attempt)
    {
        if (attempt.Task.Kind == TaskKind.Plan) return 1;
        return Nominal(job, attempt.Task) * (random.Chance(plan.Stragglers) ? SlowFactor : 1);
    }

    /// <summary>Between 20 and 40 seconds.</summary>
    private static double Nominal(ScaleJob job, TaskId task) => 20 + (new Randomness((ulong)(job.Number * 1_000_003L + (int)task.Kind * 500_009L + task.Index)).Next() % 20_000) / 1000.0;

    private double Nominal(ScaleJob job)
    {
        var sum = 0.0;
        for (var map = 0; map < plan.Maps; map++) sum += Nominal(job, new TaskId(0, TaskKind.Map, map));
        for (var reduce = 0; reduce < plan.Reduces; reduce++) sum += Nominal(job, new TaskId(0, TaskKind.Reduce, reduce));
        return sum;
    }

    private long Started(ScaleJob job)
    {
        long started = job.State.Progress(new TaskId(0, TaskKind.Plan, 0)).Attempts;
        for (var map = 0; map < plan.Maps; map++) started += job.State.Progress(new TaskId(0, TaskKind.Map, map)).Attempts;
        for (var reduce = 0; reduce < plan.Reduces; reduce++) started += job.State.Progress(new TaskId(0, TaskKind.Reduce, reduce)).Attempts;
        return started;
    }
}
