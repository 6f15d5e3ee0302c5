using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

/// <summary>The job master's part of the conversation with slots: it knows which slots live and what they run, and gives each free one to the job whose turn it is.</summary>
/// <typeparam name="TSlot">How a slot is answered.</typeparam>
/// <param name="absence">How long a slot counts as living after it was heard of.</param>
/// <param name="policy">When a node is quarantined.</param>
/// <param name="surroundings">The jobs.</param>
/// <param name="localityWait">How long a job passes over free slots while others are better for its tasks.</param>
public sealed class Dispatcher<TSlot>(TimeSpan absence, HealthPolicy policy, IDispatcherSurroundings<TSlot> surroundings, TimeSpan localityWait = default)
{
    private readonly DemandQueue demands = new();
    private readonly WaitingSlots<TSlot> waiting = new();
    private readonly HashSet<WorkerId> draining = [];
    private readonly Slots slots = new(absence);
    private readonly NodeHealth health = new(policy);
    private readonly LocalityWaits waits = new(localityWait);
    private IReadOnlyDictionary<WorkerId, int> members = new Dictionary<WorkerId, int>();
    private long turn;

    /// <summary>What the jobs want.</summary>
    public IReadOnlyDictionary<JobId, Demand> Demands => demands.All;

    /// <summary>Whether all nodes read each other's disks as their own, so that none is nearer to anything than another.</summary>
    public bool NodesAreAlike { get; set; }

    /// <summary>How many slots are offered to a job, or run an attempt.</summary>
    internal int Held => slots.Held;

    /// <summary>How many slots of a node run an attempt.</summary>
    public int Busy(WorkerId worker) => slots.Busy(worker);

    /// <summary>Whether a node gets no more work because it is to leave.</summary>
    public bool IsDraining(WorkerId worker) => draining.Contains(worker);

    /// <summary>Whether a node gets no work because attempts on it fail.</summary>
    public bool IsQuarantined(string node, DateTimeOffset now) => health.IsQuarantined(node, now);

    /// <summary>Until when a node gets no work because attempts on it fail; null where it does.</summary>
    public DateTimeOffset? QuarantinedUntil(string node, DateTimeOffset now) => health.QuarantinedUntil(node, now);

    /// <summary>Gives a node no more work.</summary>
    /// <returns>Whether that is new.</returns>
    public bool Drain(WorkerId worker) => draining.Add(worker);

    /// <summary>The numbers of slots that ought to live, and do not.</summary>
    public IEnumerable<int> Missing(DateTimeOffset now) => slots.Missing(members.Values.Sum(), now);

    /// <summary>A slot asks for work.</summary>
    public void OnRequest(TSlot from, WorkRequest request, DateTimeOffset now)
    {
        if (!members.ContainsKey(Wire.Worker(request.Slot))) return;
        var slot = slots.Heard(request.Slot, now);
        var offer = new Offer<TSlot>(from, request.Slot, request.Number);
        var isNew = request.Number != slot.Request;
        if (slot.IsOffered && !isNew) return;
        if (slot.Attempt is { } granted && surroundings.IsRunning(granted.Job))
        {
            // The same request again: the grant is on its way, or was lost. Another: the slot has given up what it was granted.
            if (!isNew)
            {
                surroundings.Again(granted.Job, offer, granted.Attempt);
                return;
            }
            surroundings.Abandoned(granted.Job, granted.Attempt);
        }
        slot.Attempt = null;
        slot.IsOffered = false;
        slot.Request = request.Number;
        waiting.Add(offer, slot.Turn, slot.Job);
        Assign(now);
    }

    /// <summary>A slot reports an attempt. The job hears of it next, and then <see cref="OnRequest"/> of the request that the report may be as well.</summary>
    public void OnReport(Slot from, AttemptId attempt, DateTimeOffset now)
    {
        var slot = slots.Heard(from, now);
        if (slot.Attempt is { } running && running.Attempt == attempt) slot.Attempt = null;
    }

    /// <summary>A slot keeps a lease alive.</summary>
    public void OnRenewal(Slot from, JobId job, AttemptId attempt, DateTimeOffset now) => slots.Heard(from, now).Attempt = (job, attempt);

    /// <summary>A job has nothing for the slot.</summary>
    public void OnDeclined(Offer<TSlot> offer, DateTimeOffset now)
    {
        // A later request of the slot may be waiting already.
        if (slots.Find(offer.Slot) is { } slot && slot.Request == offer.Request)
        {
            slot.IsOffered = false;
            waiting.Add(offer, slot.Turn, slot.Job);
        }
        Assign(now);
    }

    /// <summary>A job has given the slot an attempt.</summary>
    public void OnGranted(JobId job, Offer<TSlot> offer, AttemptId attempt)
    {
        if (slots.Find(offer.Slot) is { } slot && slot.Request == offer.Request) (slot.Attempt, slot.IsOffered) = ((job, attempt), false);
    }

    /// <summary>A job says what it wants.</summary>
    public void OnDemand(Demand demand, DateTimeOffset now)
    {
        if (demand is { Near: null, IsSmall: false }) waits.Forget(demand.Job);
        demands[demand.Job] = demand;
        Assign(now);
    }

    /// <summary>A job has ended, and wants nothing more.</summary>
    public void OnOver(JobId job)
    {
        demands.Remove(job);
        waits.Forget(job);
    }

    /// <summary>A job's process is gone: what it was offered, another may have.</summary>
    public void OnJobGone(JobId job)
    {
        OnOver(job);
        slots.Withdraw(job);
    }

    /// <summary>An attempt on a node has ended.</summary>
    /// <param name="worker">The node.</param>
    /// <param name="failure">Why it failed; null where it did not.</param>
    /// <param name="now">The time.</param>
    /// <returns>How long the node gets no work from now on; null where it goes on.</returns>
    public TimeSpan? OnOutcome(WorkerId worker, FailureReason? failure, DateTimeOffset now)
    {
        if (failure is not { } reason)
        {
            health.Succeeded(worker.Node);
            return null;
        }
        var healthy = members.Count(node => node.Value > 0 && node.Key.Node != worker.Node && !health.IsQuarantined(node.Key.Node, now));
        return health.Failed(worker.Node, reason, healthy, now);
    }

    /// <summary>Members have come or gone.</summary>
    /// <param name="nodes">How many slots each member offers now.</param>
    /// <param name="now">The time.</param>
    public void OnMembers(IReadOnlyDictionary<WorkerId, int> nodes, DateTimeOffset now)
    {
        members = nodes;
        slots.Keep(members.ContainsKey);
        draining.RemoveWhere(node => !members.ContainsKey(node));
        waiting.RemoveAll(offer => !members.ContainsKey(Wire.Worker(offer.Slot)));
        Dispatch(now);
    }

    /// <summary>Gives waiting slots to the jobs whose turn it is: first those of the node with most of its inputs, then those that have loaded the job's code, then those that have rested longest.</summary>
    public void Dispatch(DateTimeOffset now)
    {
        waiting.Unpark();
        Assign(now);
    }

    private void Assign(DateTimeOffset now)
    {
        demands.Resume();
        while (!waiting.IsEmpty && demands.First is { } demand)
        {
            var next = demand.Job;
            var near = !NodesAreAlike && demand.Runnable > 0 && demand.Near is { } node && MayWork(node, now) ? demand.Near : null;
            var gathers = near is null && demand is { IsSmall: true, Runnable: > 0 } && slots.HaveLoaded(next);
            var isPatient = (near is not null || gathers) && waits.IsPatient(next, near, now);
            if (waiting.Take(next, near, isPatient, offer => MayWork(Wire.Worker(offer.Slot), now)) is not { } offer)
            {
                if (!isPatient) return;
                if (waits.Pass(next, near, now) is { } wait) surroundings.DispatchAfter(next, wait);
                demands.Hold(next);
                continue;
            }
            if (near is { } reached && Wire.Worker(offer.Slot) == reached) waits.End(next, reached);
            demands[next] = demand.Runnable > 0
                ? demand with { Runnable = demand.Runnable - 1, Running = demand.Running + 1 }
                : demand with { Stragglers = demand.Stragglers - 1, Running = demand.Running + 1 };
            if (slots.Find(offer.Slot) is { } slot) slots.Offer(slot, next, ++turn);
            surroundings.Offer(next, offer);
        }
    }

    private bool MayWork(WorkerId worker, DateTimeOffset now)
        => !draining.Contains(worker) && !health.IsQuarantined(worker.Node, now) && members.GetValueOrDefault(worker) > 0;
}

/// <summary>A free slot.</summary>
/// <typeparam name="TSlot">How a slot is answered.</typeparam>
/// <param name="Worker">How this one is.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Request">Which of its requests.</param>
public sealed record Offer<TSlot>(TSlot Worker, Slot Slot, long Request);

/// <summary>The jobs, as the dispatcher reaches them.</summary>
/// <typeparam name="TSlot">How a slot is answered.</typeparam>
public interface IDispatcherSurroundings<TSlot>
{
    /// <summary>Whether a job's process is there.</summary>
    bool IsRunning(JobId job);

    /// <summary>Offers a free slot to a job, which answers by <see cref="Dispatcher{TSlot}.OnGranted"/> or <see cref="Dispatcher{TSlot}.OnDeclined"/>.</summary>
    void Offer(JobId job, Offer<TSlot> offer);

    /// <summary>A job passes over free slots: it calls <see cref="Dispatcher{TSlot}.Dispatch"/> when this time is over.</summary>
    void DispatchAfter(JobId job, TimeSpan time);

    /// <summary>The slot has not heard of what it was granted.</summary>
    void Again(JobId job, Offer<TSlot> offer, AttemptId attempt);

    /// <summary>The slot asks anew, so it does not run what it was granted.</summary>
    void Abandoned(JobId job, AttemptId attempt);
}
