using Google.Protobuf;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination.Tests;

/// <summary>What surrounds a job: it notes what the job does, and writes when the test says so.</summary>
internal sealed class FakeJob : IJobSurroundings<string>
{
    public FakeJob(JobState state) => Protocol = new JobProtocol<string>(state, new TaskScheduler(new SchedulingPolicy { SpeculationMinimum = TimeSpan.FromSeconds(1), SpeculationSample = 1 }), new JobOrder(), this);

    public JobProtocol<string> Protocol { get; }

    public List<JobEvent> Writing { get; } = [];

    public List<CommitDuty> CarriedOut { get; } = [];

    public List<Demand> Demands { get; } = [];

    public List<IMessage> Sent { get; } = [];

    public List<string> Freed { get; } = [];

    public bool IsOvertaken { get; private set; }

    public int Retries { get; private set; }

    public bool IsOver { get; private set; }

    /// <summary>Writes until nothing is left to be written.</summary>
    public void WriteAll()
    {
        while (Writing.Count > 0) Write();
    }

    /// <summary>Writes one group.</summary>
    public void Write()
    {
        Writing.Clear();
        Protocol.OnWritten();
    }

    public void Persist(IReadOnlyList<JobEvent> events) => Writing.AddRange(events);

    public void Send(string slot, IMessage message) => Sent.Add(message);

    public void Declined(Offer<string> offer)
    {
    }

    public void Granted(Offer<string> offer, AttemptId attempt)
    {
    }

    public void Overtaken() => IsOvertaken = true;

    public void Wants(Demand demand) => Demands.Add(demand);

    public void Outcome(WorkerId worker, FailureReason? failure)
    {
    }

    public void NodeLost(WorkerId worker, int attempts, int outputs)
    {
    }

    public void Free(IReadOnlyList<string> datasets) => Freed.AddRange(datasets);

    public void CarryOut(CommitDuty duty) => CarriedOut.Add(duty);

    public void RetryLater() => Retries++;

    public void AfterWrite()
    {
    }

    public void Over() => IsOver = true;
}
