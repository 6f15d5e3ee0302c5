using Google.Protobuf;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using TaskScheduler = MapReduce.Coordination.TaskScheduler;

namespace MapReduce.Simulation.Scale;

/// <summary>A job in a large cluster, around the product's code; its journal only counts.</summary>
internal sealed class ScaleJob : IJobSurroundings<ScaleSlot>
{
    private readonly ScaleCluster cluster;

    public ScaleJob(ScaleCluster cluster, int number)
    {
        this.cluster = cluster;
        Number = number;
        Id = new JobId(new Guid(number + 1, 0, 0, new byte[8]));
        State = new JobState(Id, new JobRules { MaxLosses = 1000 });
        Protocol = new JobProtocol<ScaleSlot>(State, new TaskScheduler(new SchedulingPolicy()), new JobOrder(), this);
    }

    public int Number { get; }

    public JobId Id { get; }

    public JobState State { get; }

    public JobProtocol<ScaleSlot> Protocol { get; }

    public bool IsDecided { get; private set; }

    void IJobSurroundings<ScaleSlot>.Persist(IReadOnlyList<JobEvent> events)
    {
        foreach (var @event in events)
        {
            cluster.JournalBytes += JobEventCodec.Write(@event).Length;
            if (@event is JobEvent.AttemptSucceeded) cluster.TasksDone++;
            if (@event is JobEvent.MapOutputLost) cluster.TasksDone--;
        }
        cluster.Post(Protocol.OnWritten);
    }

    void IJobSurroundings<ScaleSlot>.Send(ScaleSlot slot, IMessage message) => cluster.Receive(slot, this, message);

    void IJobSurroundings<ScaleSlot>.Declined(Offer<ScaleSlot> offer) => cluster.Post(() => cluster.Dispatcher.OnDeclined(offer, cluster.Time));

    void IJobSurroundings<ScaleSlot>.Granted(Offer<ScaleSlot> offer, AttemptId attempt) => cluster.Post(() => cluster.Dispatcher.OnGranted(Id, offer, attempt));

    void IJobSurroundings<ScaleSlot>.Overtaken() => throw new InvalidOperationException("There is one master.");

    void IJobSurroundings<ScaleSlot>.Wants(Demand demand) => cluster.Post(() =>
    {
        if (!IsDecided) cluster.Dispatcher.OnDemand(demand, cluster.Time);
    });

    void IJobSurroundings<ScaleSlot>.Outcome(WorkerId worker, FailureReason? failure) => cluster.Post(() => cluster.Dispatcher.OnOutcome(worker, failure, cluster.Time));

    void IJobSurroundings<ScaleSlot>.NodeLost(WorkerId worker, int attempts, int outputs)
    {
    }

    void IJobSurroundings<ScaleSlot>.Free(IReadOnlyList<string> datasets)
    {
    }

    void IJobSurroundings<ScaleSlot>.CarryOut(CommitDuty duty)
    {
        if (duty == CommitDuty.Check)
        {
            cluster.Post(() => Protocol.OnChecked([], cluster.Time));
            return;
        }
        IsDecided = true;
        cluster.Dispatcher.OnOver(Id);
        cluster.JobsLeft--;
    }

    void IJobSurroundings<ScaleSlot>.RetryLater()
    {
    }

    void IJobSurroundings<ScaleSlot>.AfterWrite()
    {
    }

    void IJobSurroundings<ScaleSlot>.Over()
    {
    }
}
