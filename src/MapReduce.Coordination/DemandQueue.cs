using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>What the jobs want, with the one on top whose turn it is, so that ten thousand jobs cost no more than a few comparisons a slot.</summary>
internal sealed class DemandQueue
{
    private readonly Dictionary<JobId, Demand> demands = [];
    private readonly Dictionary<JobId, long> arrivals = [];
    private readonly SortedSet<(Demand Demand, long Arrival)> wanting = new(Comparer<(Demand Demand, long Arrival)>.Create(Compare));
    private readonly List<JobId> held = [];
    private long next;

    /// <summary>What each job wants.</summary>
    public IReadOnlyDictionary<JobId, Demand> All => demands;

    /// <summary>The job that a free slot goes to; null where none wants anything. Of equals the one that came first.</summary>
    public Demand? First => wanting.Count > 0 ? wanting.Min.Demand : null;

    public Demand this[JobId job]
    {
        set
        {
            if (demands.TryGetValue(job, out var known)) wanting.Remove((known, arrivals[job]));
            else arrivals[job] = next++;
            demands[job] = value;
            if (value.Runnable > 0 || value.Stragglers > 0) wanting.Add((value, arrivals[job]));
        }
    }

    /// <summary>Lets the others come first until <see cref="Resume"/>.</summary>
    public void Hold(JobId job)
    {
        wanting.Remove((demands[job], arrivals[job]));
        held.Add(job);
    }

    /// <summary>Those that were held back have their turn again.</summary>
    public void Resume()
    {
        foreach (var job in held)
            if (demands.TryGetValue(job, out var demand)) this[job] = demand;
        held.Clear();
    }

    public void Remove(JobId job)
    {
        if (!demands.Remove(job, out var known)) return;
        arrivals.Remove(job, out var arrival);
        wanting.Remove((known, arrival));
    }

    private static int Compare((Demand Demand, long Arrival) left, (Demand Demand, long Arrival) right)
    {
        var order = FairShare.Compare(left.Demand, right.Demand);
        return order != 0 ? order : left.Arrival.CompareTo(right.Arrival);
    }
}
