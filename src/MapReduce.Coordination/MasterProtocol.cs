using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

/// <summary>The job master's own decisions: it claims an epoch first, accepts each job once, starts the processes of jobs, and passes on what concerns a job.</summary>
/// <remarks>
/// Nothing is given to it between <see cref="IMasterSurroundings{TPeer}.Persist"/> and <see cref="OnWritten"/>: what arrives meanwhile waits. If writing fails, another
/// master has taken over or the journal is away, and this one must not go on. A master that has nothing to write confirms its epoch now and then: one that was paused may have claimed a higher
/// epoch behind its back, and even accepted jobs.
/// </remarks>
/// <typeparam name="TPeer">How slots, nodes and those who ask are answered.</typeparam>
/// <param name="absence">How long a slot counts as living after it was heard of.</param>
/// <param name="policy">When a node is quarantined.</param>
/// <param name="surroundings">The journal, the jobs and the nodes.</param>
/// <param name="localityWait">How long a job passes over free slots while others are better for its tasks.</param>
public sealed class MasterProtocol<TPeer>(TimeSpan absence, HealthPolicy policy, IMasterSurroundings<TPeer> surroundings, TimeSpan localityWait = default) where TPeer : notnull
{
    /// <summary>How long a master that has been replaced may still believe in itself, and make a staging folder.</summary>
    private static readonly TimeSpan Delusion = TimeSpan.FromSeconds(30);

    /// <summary>How long a master writes nothing before it writes that it still reigns, and so learns whether it does.</summary>
    private static readonly TimeSpan Confirmation = TimeSpan.FromSeconds(10);

    private readonly Queue<Action> effects = [];
    private readonly HashSet<JobId> running = [];
    private readonly HashSet<(string Owner, string Token)> staging = [];
    private List<JobSpec> orphans = [];
    private DateTimeOffset orphansUntil;
    private DateTimeOffset wroteAt;
    private IReadOnlyDictionary<WorkerId, Member> members = new Dictionary<WorkerId, Member>();

    /// <summary>Which jobs there are, and which reign it is.</summary>
    public JobRegistry Registry { get; } = new();

    /// <summary>Who gets which free slot.</summary>
    public Dispatcher<TPeer> Dispatcher { get; } = new(absence, policy, surroundings, localityWait);

    /// <summary>Jobs that are being accepted.</summary>
    internal int Accepting => staging.Count;

    /// <summary>A record of the journal, in order.</summary>
    /// <exception cref="JournalException">A newer program wrote it.</exception>
    public void Recover(MasterRecord record) => Registry.Apply(record);

    /// <summary>A snapshot of the journal; the records after it follow.</summary>
    /// <exception cref="JournalException">A newer program wrote it.</exception>
    public void Recover(MasterSnapshot snapshot) => Registry.Apply(snapshot);

    /// <summary>The journal is read: the reign begins as soon as its epoch is written.</summary>
    public void OnRecovered(DateTimeOffset now) => Persist(new MasterRecord { EpochClaimed = new EpochClaimed { Epoch = Registry.Epoch.Next.Value } }, now, () =>
    {
        foreach (var job in Registry.Oldest.Where(job => !job.IsOver).ToList()) Start(job);
        orphans = [.. Registry.Staging];
        orphansUntil = now + Delusion;
        surroundings.Reign();
    });

    /// <summary>What <see cref="IMasterSurroundings{TPeer}.Persist"/> was given is written.</summary>
    public void OnWritten(MasterRecord record)
    {
        Registry.Apply(record);
        effects.Dequeue()();
    }

    /// <summary>Starts the process of a job that has none: to run it, or to answer questions about one that has ended.</summary>
    public void Start(JobRecord job)
    {
        if (running.Add(JobId.Parse(job.Spec.Id))) surroundings.Start(job, job.IsOver ? null : Registry.Epoch);
    }

    /// <summary>Whether a job's process is there.</summary>
    public bool IsRunning(JobId job) => running.Contains(job);

    /// <summary>A job's process is gone.</summary>
    /// <returns>Whether the master may go on: not where the job has not ended, because then its journal cannot be read or written any more.</returns>
    public bool OnGone(JobId job)
    {
        running.Remove(job);
        Dispatcher.OnJobGone(job);
        return Registry.Find(job.ToString()) is not { IsOver: false };
    }

    /// <summary>Somebody submits a job. The same client token of the same owner is the same job, whoever was master when it came first.</summary>
    public void OnSubmit(TPeer asker, Submit submit, DateTimeOffset now)
    {
        if (Registry.FindAgain(submit.Spec) is { } known)
        {
            surroundings.Tell(asker, new Submitted { Job = known.Spec.Id, Again = true });
            return;
        }
        if (submit.Spec.ClientToken.Length > 0 && !staging.Add(JobRegistry.TokenOf(submit.Spec)))
        {
            surroundings.Tell(asker, new Refused { Code = "busy", Message = "A job with this client token is being accepted at this moment. Ask again." });
            return;
        }
        // Written first, so that the next master knows of a folder that this one leaves behind.
        var spec = submit.Spec.Clone();
        // Now, and not when it is staged: to whoever waits for the job that is a part of its time.
        spec.Submitted = now.UtcTicks;
        Persist(new MasterRecord { JobStaging = new JobStaging { Spec = spec.Clone() } }, now, () => surroundings.Stage(spec, asker));
    }

    /// <summary>Staging for a job is made, or refused.</summary>
    public void OnStaged(JobSpec spec, TPeer asker, Refused? refused, DateTimeOffset now)
    {
        if (refused is not null)
        {
            // A part of it may have been made, and is removed like what a predecessor left.
            if (orphans.Count == 0) orphansUntil = now + Delusion;
            orphans.Add(spec);
            staging.Remove(JobRegistry.TokenOf(spec));
            surroundings.Tell(asker, refused);
            return;
        }
        Persist(new MasterRecord { JobAccepted = new JobAccepted { Spec = spec } }, now, () =>
        {
            staging.Remove(JobRegistry.TokenOf(spec));
            Start(Registry.Find(spec.Id)!);
            surroundings.Tell(asker, new Submitted { Job = spec.Id });
        });
    }

    /// <summary>What was staged, and not accepted, has been removed.</summary>
    public void OnUnstaged(string job, DateTimeOffset now)
    {
        if (orphans.RemoveAll(spec => spec.Id == job) > 0) Forget(job, now, () => { });
    }

    /// <summary>A report, which asks for work, too: after the job has heard of it, so that what it makes possible can be granted at once.</summary>
    public void OnReport(TPeer from, Report report, DateTimeOffset now)
    {
        Dispatcher.OnReport(report.Slot, Wire.Read(report.Attempt), now);
        ToJob(report.Job, report, from, () => new Reported { Job = report.Job, Attempt = report.Attempt, Epoch = Registry.Epoch.Value });
        // Where the node may be at fault it asks again by itself, a moment later: by then the outcome has been heard, and it is quarantined if it has to be.
        if (report.NextRequest > 0 && (report.Failed is not { } failed || !NodeHealth.IsOfNode((FailureReason)(int)failed.Kind))) Dispatcher.OnRequest(from, new WorkRequest { Slot = report.Slot, Number = report.NextRequest }, now);
    }

    /// <summary>An attempt is alive.</summary>
    public void OnRenewal(TPeer from, Renewal renewal, DateTimeOffset now)
    {
        var job = JobId.Parse(renewal.Job);
        if (running.Contains(job) && Registry.Find(renewal.Job) is { IsOver: false }) Dispatcher.OnRenewal(renewal.Slot, job, Wire.Read(renewal.Attempt), now);
        ToJob(renewal.Job, renewal, from, () => new Renewed { Job = renewal.Job, Attempt = renewal.Attempt, Epoch = Registry.Epoch.Value });
    }

    /// <summary>A reducer asks where map outputs are. Of a job without a process none is.</summary>
    public void OnOutputs(TPeer from, OutputsQuery query)
        => ToJob(query.Job, query, from, () => new Outputs { Job = query.Job, Stage = query.Stage, From = query.From, Total = int.MaxValue, Epoch = Registry.Epoch.Value });

    /// <summary>A node asks what earlier stages have made.</summary>
    public void OnDatasets(TPeer from, DatasetsQuery query) => ToJob(query.Job, query, from, () => new Datasets { Job = query.Job, From = -1, Epoch = Registry.Epoch.Value });

    /// <summary>A node tells which jobs it has files and logs of, and hears which of them nobody needs any more, and since when packages may be needed.</summary>
    public void OnInventory(TPeer from, Inventory inventory)
    {
        var reply = new InventoryReply { Epoch = Registry.Epoch.Value, Member = members.ContainsKey(new WorkerId(inventory.Node.Node, inventory.Node.Incarnation)) };
        reply.Ended.Add(inventory.Jobs.Where(job => Registry.Find(job) is null or { IsOver: true }));
        reply.Forgotten.Add(inventory.Logs.Where(job => Registry.Find(job) is null));
        reply.NeededSince = Registry.Oldest.FirstOrDefault(job => !job.IsOver)?.Spec.Submitted ?? long.MaxValue;
        surroundings.Tell(from, reply);
    }

    /// <summary>A node offers outputs of an earlier life, and hears that the job has the offer.</summary>
    public void OnFound(TPeer from, OutputsFound found)
    {
        if (Registry.Find(found.Job) is not { IsOver: false } || !running.Contains(JobId.Parse(found.Job))) return;
        surroundings.ToJob(JobId.Parse(found.Job), found, from);
        // The way to the job leads through this process only, so that nothing is lost on it.
        surroundings.Tell(from, new InventoryReply { Epoch = Registry.Epoch.Value, Found = found });
    }

    /// <summary>A job says what it wants.</summary>
    public void OnWants(Demand demand, DateTimeOffset now)
    {
        if (running.Contains(demand.Job)) Dispatcher.OnDemand(demand, now);
    }

    /// <summary>A job has ended, and nothing is left to be done for it: that is written, and the nodes may forget it.</summary>
    public void OnOver(JobEnded end, DateTimeOffset now)
    {
        Dispatcher.OnOver(JobId.Parse(end.Job));
        if (Registry.Find(end.Job) is not { IsOver: false }) return;
        Persist(new MasterRecord { JobEnded = end }, now, () => ToNodes(() => new InventoryReply { Epoch = Registry.Epoch.Value, Ended = { end.Job } }));
    }

    /// <summary>Nothing of an ended job is left in its own journal, so the master forgets it, too, and the nodes remove its logs.</summary>
    public void Forget(string job, DateTimeOffset now, Action then)
    {
        var hasRun = Registry.Find(job) is not null;
        Persist(new MasterRecord { JobForgotten = new JobForgotten { Job = job } }, now, () =>
        {
            if (hasRun) ToNodes(() => new InventoryReply { Epoch = Registry.Epoch.Value, Ended = { job }, Forgotten = { job } });
            then();
        });
    }

    private void ToNodes(Func<IMessage> message)
    {
        foreach (var (worker, member) in members)
            if (member.Slots > 0) surroundings.ToNode(worker, message());
    }

    /// <summary>A job that has not ended has come to another phase.</summary>
    public void OnPhase(JobId job, string phase, DateTimeOffset now)
    {
        if (Registry.Find(job.ToString()) is { IsOver: false } record && record.Phase != phase) Note(new MasterRecord { JobChanged = new JobChanged { Job = job.ToString(), Phase = phase } }, now);
    }

    /// <summary>A user, or a node itself, wants the node to take no more work.</summary>
    /// <returns>Whether that is new.</returns>
    public bool Drain(WorkerId node, DateTimeOffset now)
    {
        if (!Dispatcher.Drain(node)) return false;
        Note(NodeRegistry.Change(node, NodeChangeKind.Draining), now);
        return true;
    }

    /// <summary>An attempt on a node has ended; null for well.</summary>
    /// <returns>How long the node gets no work from now on; null where it goes on.</returns>
    public TimeSpan? OnOutcome(WorkerId node, FailureReason? failure, DateTimeOffset now)
    {
        var term = Dispatcher.OnOutcome(node, failure, now);
        if (term is not null) Note(NodeRegistry.Change(node, NodeChangeKind.Quarantined, $"{failure}"), now);
        return term;
    }

    /// <summary>What those who watch the cluster are told of its members.</summary>
    /// <param name="nodes">The full members, and which of them are leaving.</param>
    /// <param name="now">The time.</param>
    public void OnNodes(IReadOnlyDictionary<WorkerId, bool> nodes, DateTimeOffset now)
    {
        foreach (var change in Registry.Nodes.Compare(nodes)) Note(change, now);
        // What the master before has been told of a node holds under this one.
        foreach (var node in Registry.Nodes.Draining) Dispatcher.Drain(node);
    }

    private void Note(NodeChanged change, DateTimeOffset now) => Note(new MasterRecord { NodeChanged = change }, now);

    private void Note(MasterRecord record, DateTimeOffset now) => Persist(record, now, () => { });

    /// <summary>Members have come or gone: those that are new learn who reigns.</summary>
    public void OnMembers(IReadOnlyDictionary<WorkerId, Member> nodes, DateTimeOffset now)
    {
        var known = members;
        members = nodes;
        foreach (var (worker, member) in members)
            if (member.Slots > 0 && !known.ContainsKey(worker)) surroundings.ToNode(worker, new EpochAnnounced { Epoch = Registry.Epoch.Value });
        Dispatcher.NodesAreAlike = members.Values.Where(member => member.Slots > 0).Select(member => member.Machine).Distinct().ToList() is [{ Length: > 0 }];
        Dispatcher.OnMembers(members.ToDictionary(node => node.Key, node => node.Value.MayWork ? node.Value.Slots : 0), now);
        WakeSlots(now);
    }

    /// <summary>Time has passed.</summary>
    public void OnTick(DateTimeOffset now)
    {
        WakeSlots(now);
        foreach (var node in Registry.Nodes.Quarantined.Where(node => !Dispatcher.IsQuarantined(node.Node, now)).ToList()) Note(NodeRegistry.Change(node, NodeChangeKind.Released), now);
        Dispatcher.Dispatch(now);
        if (now - wroteAt >= Confirmation) Persist(new MasterRecord { EpochClaimed = new EpochClaimed { Epoch = Registry.Epoch.Value } }, now, () => { });
        if (orphans.Count == 0 || now < orphansUntil) return;
        foreach (var spec in orphans) surroundings.Unstage(spec);
        // What is not reported as removed is tried again.
        orphansUntil = now + Delusion;
    }

    private void WakeSlots(DateTimeOffset now)
    {
        foreach (var number in Dispatcher.Missing(now)) surroundings.Wake(number);
    }

    private void ToJob(string job, IMessage message, TPeer from, Func<IMessage> otherwise)
    {
        // The process of a job that has ended knows no epoch but that in which it ended, and nodes heed no such answer.
        if (Registry.Find(job) is { IsOver: false } && running.Contains(JobId.Parse(job))) surroundings.ToJob(JobId.Parse(job), message, from);
        else surroundings.Tell(from, otherwise());
    }

    private void Persist(MasterRecord record, DateTimeOffset now, Action then)
    {
        wroteAt = now;
        record.Version = JobRegistry.Version;
        record.At = now.UtcTicks;
        effects.Enqueue(then);
        surroundings.Persist(record);
    }
}

/// <summary>A member of the cluster.</summary>
/// <param name="Slots">How many slots it offers.</param>
/// <param name="MayWork">Whether slots may be there now: it is up, and reachable.</param>
/// <param name="Machine">Which machine's disks it has; empty where nobody else may read them.</param>
public readonly record struct Member(int Slots, bool MayWork, string Machine = "");

/// <summary>What the job master can do.</summary>
/// <typeparam name="TPeer">How slots, nodes and those who ask are answered.</typeparam>
public interface IMasterSurroundings<TPeer> : IDispatcherSurroundings<TPeer>
{
    /// <summary>Writes a record to the journal, after those before it; <see cref="MasterProtocol{TPeer}.OnWritten"/> follows. Where it cannot, the master ends.</summary>
    void Persist(MasterRecord record);

    /// <summary>The epoch is claimed: from now on the master hears of members, of time, and of everybody else.</summary>
    void Reign();

    /// <summary>Starts a job's process, which claims the epoch, or rests where that is null.</summary>
    void Start(JobRecord job, Epoch? epoch);

    /// <summary>Passes a message on to a job that runs.</summary>
    void ToJob(JobId job, IMessage message, TPeer from);

    /// <summary>Answers; the message may be lost.</summary>
    void Tell(TPeer peer, IMessage message);

    /// <summary>Tells a node; the message may be lost.</summary>
    void ToNode(WorkerId node, IMessage message);

    /// <summary>Asks a slot to live, on whatever node.</summary>
    void Wake(int slot);

    /// <summary>Checks a job's output and makes its staging folder, in the background; <see cref="MasterProtocol{TPeer}.OnStaged"/> follows.</summary>
    void Stage(JobSpec spec, TPeer asker);

    /// <summary>Removes the staging folder of a job that was never accepted, in the background; <see cref="MasterProtocol{TPeer}.OnUnstaged"/> follows, unless it cannot be removed now.</summary>
    void Unstage(JobSpec spec);
}
