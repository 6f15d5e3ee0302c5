using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;
using TaskScheduler = MapReduce.Coordination.TaskScheduler;

namespace MapReduce.Simulation.Worlds;

/// <summary>The process of one job in a master, around <see cref="JobProtocol{TSlot}"/> and <see cref="JobFeed{TPeer}"/>.</summary>
internal sealed class JobShell : IJobSurroundings<Peer>, IFeedSurroundings<Peer>
{
    private const long Tick = 500_000;
    private const long Idle = 10_000_000;
    private static readonly SchedulingPolicy Policy = new() { SpeculationMinimum = TimeSpan.FromMilliseconds(300), SpeculationSample = 1 };

    private readonly World world;
    private readonly MasterShell master;
    private readonly JobSpec spec;
    private readonly Epoch? epoch;
    private readonly JobFeed<Peer> feed;
    private readonly Queue<Action> stash = [];
    private IReadOnlyDictionary<WorkerId, Member>? members;
    private JobProtocol<Peer> protocol = null!;
    private bool isReady;
    private bool isGone;
    private long touched;

    public JobShell(World world, MasterShell master, JobSpec spec, Epoch? epoch, IReadOnlyDictionary<WorkerId, Member>? members)
    {
        (this.world, this.master, this.spec, this.epoch, this.members) = (world, master, spec, epoch, members);
        Id = JobId.Parse(spec.Id);
        Box = new Mailbox(world, master.Life);
        feed = new JobFeed<Peer>(world.Random.Between(2, 60), TimeSpan.FromSeconds(1.5), this);
        world.Agenda.In(world.Random.Between(1_000, 60_000), master.Life, Recover);
    }

    public JobId Id { get; }

    public Mailbox Box { get; }

    public JobState State { get; private set; } = null!;

    public JobProtocol<Peer> Protocol => protocol;

    public JobFeed<Peer> Feed => feed;

    /// <summary>The life of the master.</summary>
    public Life Life => master.Life;

    private string Stream => $"job-{spec.Id}";

    private DateTimeOffset Now => world.Agenda.Time;

    public void Receive(IMessage received, Peer from) => Handle(() =>
    {
        touched = world.Agenda.Now;
        switch (world.Surroundings.ToJob(received, State))
        {
            case Report report: OnReport(from, report, (Report)received); break;
            case Renewal renewal: protocol.OnRenewal(from, renewal, Now); break;
            case OutputsFound found: protocol.OnFound(found, Now); break;
            case OutputsQuery query: world.Tell(Life, from, MapOutputs.Answer(State, HolderOf, query)); break;
            case DatasetsQuery query: world.Tell(Life, from, Datasets(query)); break;
            case EventsQuery query: feed.OnQuery(from, query.From, Now); break;
            case Cancel:
                if (!protocol.Cancel(Now, () => world.Tell(Life, from, new Done()))) world.Tell(Life, from, new Refused { Code = "not-running" });
                break;
        }
    });

    public void OnMembers(IReadOnlyDictionary<WorkerId, Member> nodes)
    {
        members = nodes;
        Handle(() => protocol.OnMembers(MayInclude, Now));
    }

    public void OnOffer(Offer<Peer> offer) => Handle(() => protocol.OnOffer(offer, Now));

    public void OnAgain(Offer<Peer> offer, AttemptId attempt) => Handle(() => protocol.OnAgain(offer, attempt));

    public void OnAbandoned(AttemptId attempt) => Handle(() => protocol.OnAbandoned(attempt, Now));

    void IJobSurroundings<Peer>.Persist(IReadOnlyList<JobEvent> events)
    {
        var track = world.TrackOf(spec.Id);
        var decides = events.Any(@event => @event is JobEvent.CommitDecided);
        if (decides) track.Deciding++;
        var records = events.Select(JobEventCodec.ToRecord).ToList();
        if (decides && world.Surroundings.PublishesBeforeDecided) Publication.Begin(world, this, spec, State, _ => { });
        if (world.Surroundings.ActsBeforeWritten)
        {
            // The mistake: what follows goes out, and the write comes later.
            world.Agenda.In(1, Life, () => Written(records));
            world.Journal.Write(Stream, (int)feed.Revision, [.. records.Select(record => record.ToByteArray())], Life, () => Durable(events), () => { }, Refused);
            return;
        }
        world.Journal.Write(Stream, (int)feed.Revision, [.. records.Select(record => record.ToByteArray())], Life, () => Durable(events), () => Written(records), Refused);

        void Durable(IReadOnlyList<JobEvent> durable)
        {
            foreach (var @event in durable) world.OnDurable(Id, @event, epoch!.Value);
        }
    }

    void IJobSurroundings<Peer>.Send(Peer slot, IMessage message)
    {
        if (message is Grant grant) world.Ledger(spec.Id).Granted(Wire.Read(grant.Attempt), grant.Epoch);
        world.Tell(Life, slot, message);
    }

    void IJobSurroundings<Peer>.Declined(Offer<Peer> offer) => master.Box.Post(() => master.OnDeclined(offer));

    void IJobSurroundings<Peer>.Granted(Offer<Peer> offer, AttemptId attempt) => master.Box.Post(() => master.OnGranted(Id, offer, attempt));

    void IJobSurroundings<Peer>.Overtaken() => Refused();

    void IJobSurroundings<Peer>.Wants(Demand demand) => master.Box.Post(() => master.OnWants(demand));

    void IJobSurroundings<Peer>.Outcome(WorkerId worker, FailureReason? failure) => master.Box.Post(() => master.OnOutcome(worker, failure));

    void IJobSurroundings<Peer>.NodeLost(WorkerId worker, int attempts, int outputs)
    {
        world.Note($"{world.NameOf(spec.Id)} gives up {worker} with {attempts} attempts and {outputs} outputs");
        if (world.LifeOf(worker) is { } life && !world.WasRemoved(life)) world.Violate("members", $"{world.NameOf(spec.Id)} gives up {worker}, which is a member");
    }

    void IJobSurroundings<Peer>.Free(IReadOnlyList<string> datasets)
    {
        foreach (var path in datasets) world.Ledger(spec.Id).Freed(AttemptRun.MakerOf(path)!.Value);
        // Whoever began with it may be replaced before it is done.
        world.Agenda.In(world.Random.Between(1_000, 500_000), null, () =>
        {
            if (!world.Storage.Staged.TryGetValue(spec.Id, out var staging)) return;
            foreach (var path in datasets) staging.Shared.Remove(path);
        });
    }

    void IJobSurroundings<Peer>.CarryOut(CommitDuty duty)
    {
        Action<CarryingOut> then = end => Handle(() => protocol.OnCarriedOut(end, "refused", Now));
        if (duty == CommitDuty.Check) Publication.Check(world, this, spec, State, damaged => Handle(() => protocol.OnChecked(damaged, Now)), then);
        else if (duty == CommitDuty.Publish) Publication.Begin(world, this, spec, State, then);
        else Publication.Discard(world, this, spec, then);
    }

    void IJobSurroundings<Peer>.RetryLater() => world.Agenda.In(1_000_000, Life, () => Handle(protocol.CarryOut));

    void IJobSurroundings<Peer>.AfterWrite() => feed.Publish();

    void IJobSurroundings<Peer>.Over()
    {
        var phase = State.Phase.GetType().Name;
        master.Box.Post(() => master.OnOver(Id, phase));
        feed.End();
        touched = world.Agenda.Now;
        Passivate();
    }

    void IFeedSurroundings<Peer>.Tell(Peer asker, EventsAnswer answer) => world.Tell(Life, asker, world.Surroundings.ToWatcher(answer));

    void IFeedSurroundings<Peer>.Read(Peer asker, long from, int most) => world.Agenda.In(world.Random.Between(500, 3_000), Life, () =>
        feed.OnRead(asker, from, [.. world.Journal.Read(Stream).Skip((int)from).Take(most).Select(bytes => EventRecord.Parser.ParseFrom(bytes))]));

    private void Recover()
    {
        var rules = new JobRules { MaxFailures = spec.Attempts, MaxLosses = 10_000, LeaseDuration = TimeSpan.FromSeconds(4) };
        State = new JobState(Id, rules);
        var records = world.Journal.Read(Stream).Select(bytes => EventRecord.Parser.ParseFrom(bytes)).ToList();
        // Now and then by way of a snapshot, which must make no difference.
        var snapshotAt = world.Random.Chance(0.3) ? world.Random.Between(0, records.Count) : 0;
        // As the actor does: the conversation is there before the journal is read, and again from a snapshot.
        protocol = new JobProtocol<Peer>(State, new TaskScheduler(Policy), spec.Order, this);
        for (var i = 0; i < records.Count; i++)
        {
            if (i == snapshotAt && i > 0)
            {
                State = JobStateCodec.Read(Id, rules, JobSnapshot.Parser.ParseFrom(JobStateCodec.Write(State).ToByteArray()));
                protocol = new JobProtocol<Peer>(State, new TaskScheduler(Policy), spec.Order, this);
                feed.Begin(i);
            }
            State.Apply(JobEventCodec.FromRecord(records[i]));
            if (i >= snapshotAt) feed.Add(records[i]);
        }
        if (snapshotAt == records.Count) feed.Begin(records.Count);
        isReady = true;
        if (epoch is { } reign)
        {
            // The master before may have ended between the decision and the word of it.
            if (State.Phase is JobPhase.Committing) TellPhase();
            protocol.Reign(reign, MayInclude, Now);
            OnTick();
        }
        else
        {
            protocol.Rest();
            feed.End();
            Passivate();
        }
        while (!isGone && stash.TryDequeue(out var next)) next();
    }

    private void Handle(Action act)
    {
        if (isGone) return;
        if (isReady) act();
        else stash.Enqueue(act);
    }

    private void Written(List<EventRecord> records)
    {
        if (isGone) return;
        foreach (var record in records)
        {
            feed.Add(record);
            if (record.CommitDecided is not null) TellPhase();
        }
        protocol.OnWritten();
    }

    private void TellPhase() => master.Box.Post(() => master.OnPhase(Id, "committing"));

    private void Refused()
    {
        isGone = true;
        master.Box.Post(() => master.OnGone(this));
    }

    private void OnReport(Peer from, Report report, Report received)
    {
        var (before, reign) = (State.Revision, State.Epoch.Value);
        protocol.OnReport(from, report, Now);
        if (received.Epoch != reign && State.Revision != before)
            world.Violate("old-epoch", $"a report of epoch {received.Epoch} on {Wire.Read(received.Attempt)} is obeyed in epoch {reign}");
    }

    private void OnTick()
    {
        if (isGone || protocol.IsOver) return;
        if (world.Surroundings.TicksJobs) protocol.OnTick(Now);
        feed.OnTick(Now);
        world.Agenda.In(Tick, Life, OnTick);
    }

    /// <summary>The process ends when nobody has asked for a while.</summary>
    private void Passivate() => world.Agenda.In(Idle, Life, () =>
    {
        if (isGone) return;
        if (world.Agenda.Now - touched < Idle || !protocol.IsWritten)
        {
            Passivate();
            return;
        }
        master.Box.Post(() =>
        {
            if (isGone) return;
            isGone = true;
            master.OnGone(this);
        });
    });

    /// <summary>Whether a node is a member, or may be one for all that is known.</summary>
    private bool MayInclude(WorkerId worker) => members?.ContainsKey(worker) ?? world.Surroundings.MayBeMember;

    private Holder? HolderOf(WorkerId worker) => members?.ContainsKey(worker) == true ? new Holder { Node = worker.Node, Incarnation = worker.Incarnation } : null;

    private Datasets Datasets(DatasetsQuery query)
    {
        var answer = new Datasets { Job = query.Job, From = query.From, Epoch = State.Epoch.Value };
        foreach (var task in query.Remade ? State.Remade : Reduces())
        {
            foreach (var file in State.Made(task)?.Datasets ?? [])
            {
                if (answer.Total++ < query.From) continue;
                if (answer.Files.Count == 0 || answer.Files[^1].Stage != task.Stage) answer.Files.Add(new Protocol.Execution.StageDatasets { Stage = task.Stage });
                answer.Files[^1].Files.Add(file);
            }
        }
        return answer;
    }

    private IEnumerable<TaskId> Reduces()
        => Enumerable.Range(0, State.StageCount).SelectMany(stage => Enumerable.Range(0, State.Progress(stage).Reduces).Select(reduce => new TaskId(stage, TaskKind.Reduce, reduce)));
}
