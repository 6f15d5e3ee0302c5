using MapReduce.Protocol;

namespace MapReduce.Coordination.Tests.Histories;

/// <summary>A worker as the protocol asks it to be: it obeys the newest reign it has heard of and repeats a result until it is called off.</summary>
/// <param name="node">The node.</param>
/// <param name="incarnation">Which life of it this is.</param>
/// <param name="disk">The map outputs that are still on its disk.</param>
internal sealed class SimulatedWorker(string node, int incarnation, IEnumerable<AttemptId> disk)
{
    private readonly SortedDictionary<string, Work> work = new(StringComparer.Ordinal);
    private readonly HashSet<AttemptId> outputs = [.. disk];
    private Epoch newest;

    public WorkerId Id { get; } = new(node, incarnation);

    public IEnumerable<AttemptId> Busy => work.Values.Where(item => item.Result is null).Select(item => item.Attempt);

    public IEnumerable<AttemptId> Outputs => outputs;

    public void Receive(Lease lease)
    {
        if (lease.Epoch < newest) return;
        newest = lease.Epoch;
        var key = lease.Attempt.ToString();
        if (work.TryGetValue(key, out var known)) work[key] = known with { Epoch = lease.Epoch };
        else work[key] = new Work(lease.Attempt, lease.Epoch, null);
    }

    public void Receive(Message.Revoked revoked) => work.Remove(revoked.Attempt.ToString());

    /// <summary>Ends an attempt; its report is what <paramref name="result"/> makes of the epoch of its lease.</summary>
    public void End(AttemptId attempt, Func<Epoch, JobCommand> result)
    {
        var key = attempt.ToString();
        if (attempt.Task.Kind == TaskKind.Map) outputs.Add(attempt);
        work[key] = work[key] with { Result = result };
    }

    /// <summary>What the worker has to say: the results so far, and that the other attempts live.</summary>
    public IEnumerable<JobCommand> Reports()
        => work.Values.Select(item => item.Result is null ? new JobCommand.Renew(item.Attempt, item.Epoch) : item.Result(item.Epoch)).ToList();

    private sealed record Work(AttemptId Attempt, Epoch Epoch, Func<Epoch, JobCommand>? Result);
}
