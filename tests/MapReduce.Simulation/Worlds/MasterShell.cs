using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;

namespace MapReduce.Simulation.Worlds;

/// <summary>A job master, around <see cref="MasterProtocol{TPeer}"/> and <see cref="ChangeFeed{TPeer}"/>: it may be the one that reigns, or one that has been replaced and does not know.</summary>
internal sealed class MasterShell : IMasterSurroundings<Peer>, IChangeSurroundings<Peer>
{
    /// <summary>The stream of its journal.</summary>
    public const string Stream = "job-master";

    private const long Tick = 500_000;

    private readonly World world;
    private readonly MasterProtocol<Peer> protocol;
    private readonly ChangeFeed<Peer> changes;
    private readonly Dictionary<JobId, JobShell> jobs = [];
    private readonly Queue<Action> stash = [];
    private readonly Queue<MasterRecord> writes = [];
    private IReadOnlyDictionary<WorkerId, Member>? members;
    private bool isReady;
    private int written;

    public MasterShell(World world, Life life)
    {
        this.world = world;
        Life = life;
        Box = new Mailbox(world, life);
        protocol = new MasterProtocol<Peer>(TimeSpan.FromSeconds(5), new HealthPolicy(), this);
        changes = new ChangeFeed<Peer>(world.Random.Between(1, 20), TimeSpan.FromSeconds(1.5), job => protocol.Registry.Find(job)?.Spec.Name ?? "", this);
        world.Agenda.In(world.Random.Between(5_000, 200_000), life, Recover);
    }

    public Life Life { get; }

    /// <summary>Whether it has an epoch.</summary>
    public bool Reigns { get; private set; }

    public Mailbox Box { get; }

    public MasterProtocol<Peer> Protocol => protocol;

    public IEnumerable<JobShell> Jobs => jobs.Values;

    public void Receive(IMessage received, Peer from) => Handle(() =>
    {
        if (world.Surroundings.ToMaster(received) is not { } message) return;
        var now = world.Agenda.Time;
        switch (message)
        {
            case WorkRequest request: protocol.Dispatcher.OnRequest(from, request, now); break;
            case Report report: protocol.OnReport(from, report, now); break;
            case Renewal renewal: protocol.OnRenewal(from, renewal, now); break;
            case OutputsQuery query: protocol.OnOutputs(from, query); break;
            case DatasetsQuery query: protocol.OnDatasets(from, query); break;
            case Inventory inventory: protocol.OnInventory(from, inventory); break;
            case OutputsFound found: protocol.OnFound(from, found); break;
            case Submit submit: protocol.OnSubmit(from, submit, now); break;
            case ChangesQuery query: changes.OnQuery(from, query.From, now); break;
            case EventsQuery query: Ask(query.Job, query, from); break;
            case Cancel cancel: Ask(cancel.Job, cancel, from); break;
        }
    });

    public void OnMembers(IReadOnlyDictionary<WorkerId, Member> nodes) => Handle(() =>
    {
        if (!Reigns) return;
        members = nodes;
        foreach (var job in jobs.Values) job.Box.Post(() => job.OnMembers(nodes));
        protocol.OnMembers(nodes, world.Agenda.Time);
        protocol.OnNodes(nodes.ToDictionary(node => node.Key, _ => false), world.Agenda.Time);
    });

    public void OnWants(Demand demand) => Handle(() => protocol.OnWants(demand, world.Agenda.Time));

    public void OnDeclined(Offer<Peer> offer) => Handle(() => protocol.Dispatcher.OnDeclined(offer, world.Agenda.Time));

    public void OnGranted(JobId job, Offer<Peer> offer, AttemptId attempt) => Handle(() => protocol.Dispatcher.OnGranted(job, offer, attempt));

    public void OnOutcome(WorkerId worker, FailureReason? failure) => Handle(() => protocol.OnOutcome(worker, failure, world.Agenda.Time));

    public void OnPhase(JobId job, string phase) => Handle(() => protocol.OnPhase(job, phase, world.Agenda.Time));

    public void OnOver(JobId job, string phase) => Handle(() => protocol.OnOver(new JobEnded { Job = job.ToString(), Phase = phase }, world.Agenda.Time));

    public void OnGone(JobShell job) => Handle(() =>
    {
        if (jobs.GetValueOrDefault(job.Id) != job) return;
        jobs.Remove(job.Id);
        if (!protocol.OnGone(job.Id)) world.StopMaster(this, $"the journal of job {world.NameOf(job.Id.ToString())} refuses");
    });

    void IMasterSurroundings<Peer>.Persist(MasterRecord record)
    {
        writes.Enqueue(record);
        if (writes.Count == 1) Write();
    }

    void IMasterSurroundings<Peer>.Reign()
    {
        Reigns = true;
        world.Note($"{Life} reigns in epoch {protocol.Registry.Epoch}");
        world.Cluster.TellMembers(this);
        OnTick();
    }

    void IMasterSurroundings<Peer>.Start(JobRecord job, Epoch? epoch)
    {
        var shell = new JobShell(world, this, job.Spec, epoch, members);
        jobs[shell.Id] = shell;
    }

    void IMasterSurroundings<Peer>.ToJob(JobId job, IMessage message, Peer from) => jobs[job].Box.Post(() => jobs.GetValueOrDefault(job)?.Receive(message, from));

    void IMasterSurroundings<Peer>.Tell(Peer peer, IMessage message) => world.Tell(Life, peer, message);

    void IMasterSurroundings<Peer>.ToNode(WorkerId node, IMessage message)
    {
        if (world.LifeOf(node) is { } life) world.Tell(Life, new Peer(life, life.Agent.Receive), message);
    }

    void IMasterSurroundings<Peer>.Wake(int slot) => world.Cluster.Wake(Life, slot);

    void IMasterSurroundings<Peer>.Stage(JobSpec spec, Peer asker) => world.Agenda.In(world.Random.Between(500, 5_000), Life, () =>
    {
        var refused = world.Fails(StorageOperation.Stage) ? new Refused { Code = "output" } : null;
        // It may fail when the folder is there already.
        if (refused is null || world.Random.Chance(0.5)) world.Storage.Stage(spec.Id);
        world.Agenda.In(world.Random.Between(100, 1_000), Life, () => Handle(() => protocol.OnStaged(spec, asker, refused, world.Agenda.Time)));
    });

    void IMasterSurroundings<Peer>.Unstage(JobSpec spec) => world.Agenda.In(world.Random.Between(500, 5_000), Life, () =>
    {
        if (world.Fails(StorageOperation.Unstage)) return;
        world.Storage.Staged.Remove(spec.Id);
        Handle(() => protocol.OnUnstaged(spec.Id, world.Agenda.Time));
    });

    void IChangeSurroundings<Peer>.Tell(Peer asker, ChangesAnswer answer) => world.Tell(Life, asker, world.Surroundings.ToWatcher(answer));

    void IChangeSurroundings<Peer>.Read(Peer asker, long from, int most) => world.Agenda.In(world.Random.Between(500, 3_000), Life, () =>
    {
        var records = world.Journal.OfMasters(Math.Max(from - 1, world.Journal.Compacted)).Take(most).ToList();
        Handle(() => changes.OnRead(asker, from, records, world.Agenda.Time));
    });

    bool IDispatcherSurroundings<Peer>.IsRunning(JobId job) => protocol.IsRunning(job);

    void IDispatcherSurroundings<Peer>.Offer(JobId job, Offer<Peer> offer) => jobs[job].Box.Post(() => jobs.GetValueOrDefault(job)?.OnOffer(offer));

    void IDispatcherSurroundings<Peer>.DispatchAfter(JobId job, TimeSpan time) => world.Agenda.In((long)time.TotalMicroseconds, Life, () => Handle(() => protocol.Dispatcher.Dispatch(world.Agenda.Time)));

    void IDispatcherSurroundings<Peer>.Again(JobId job, Offer<Peer> offer, AttemptId attempt) => jobs[job].Box.Post(() => jobs.GetValueOrDefault(job)?.OnAgain(offer, attempt));

    void IDispatcherSurroundings<Peer>.Abandoned(JobId job, AttemptId attempt) => jobs[job].Box.Post(() => jobs.GetValueOrDefault(job)?.OnAbandoned(attempt));

    private void Recover()
    {
        var records = world.Journal.Read(Stream).Select(bytes => world.Surroundings.Recovered(MasterRecord.Parser.ParseFrom(bytes))).ToList();
        // By way of a snapshot where the journal has no more, and now and then where it has.
        var snapshotAt = Math.Max(world.Journal.Compacted, world.Random.Chance(0.3) ? world.Random.Between(0, records.Count) : 0);
        if (snapshotAt > 0)
        {
            var before = new JobRegistry();
            foreach (var record in records.Take(snapshotAt)) before.Apply(record);
            protocol.Recover(MasterSnapshot.Parser.ParseFrom(before.Snapshot().ToByteArray()));
            changes.Begin(snapshotAt);
        }
        for (written = snapshotAt; written < records.Count;)
        {
            protocol.Recover(records[written]);
            changes.Add(written + 1, records[written]);
            written++;
        }
        isReady = true;
        protocol.OnRecovered(world.Agenda.Time);
    }

    /// <summary>While the journal is read or written everything else waits.</summary>
    private void Handle(Action act)
    {
        if (!isReady || writes.Count > 0 || stash.Count > 0) stash.Enqueue(act);
        else act();
    }

    private void Write()
    {
        var record = writes.Peek();
        world.Journal.Write(Stream, written, [record.ToByteArray()], Life, () => world.OnDurable(record, protocol.Registry.Epoch), () =>
        {
            written++;
            protocol.OnWritten(record);
            changes.Add(written, record);
            world.Journal.Compact(written);
            writes.Dequeue();
            if (writes.Count > 0) Write();
            else while (writes.Count == 0 && stash.TryDequeue(out var next)) next();
        }, () => world.StopMaster(this, "its journal refuses"));
    }

    private void Ask(string job, IMessage question, Peer from)
    {
        if (protocol.Registry.Find(job) is not { } record)
        {
            world.Tell(Life, from, new Refused { Code = "unknown-job" });
            return;
        }
        protocol.Start(record);
        ((IMasterSurroundings<Peer>)this).ToJob(JobId.Parse(job), question, from);
    }

    private void OnTick()
    {
        Handle(() =>
        {
            protocol.OnTick(world.Agenda.Time);
            changes.OnTick(world.Agenda.Time);
        });
        world.Agenda.In(Tick, Life, OnTick);
    }
}

/// <summary>The mailbox of an actor: what comes from the same process comes in order, a moment later.</summary>
internal sealed class Mailbox(World world, Life life)
{
    private long last;

    public void Post(Action act)
    {
        last = Math.Max(last, world.Agenda.Now + world.Random.Between(1, 40));
        world.Agenda.At(last, life, act);
    }
}
