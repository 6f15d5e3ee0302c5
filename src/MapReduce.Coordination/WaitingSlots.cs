using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>Free slots, found by the job whose code they have loaded or by how long they have rested, without looking at all of them.</summary>
/// <typeparam name="TSlot">How a slot is answered.</typeparam>
internal sealed class WaitingSlots<TSlot>
{
    private readonly Dictionary<int, (Offer<TSlot> Offer, long Turn, JobId? Job)> offers = [];
    private readonly SortedSet<(long Turn, int Number)> rested = [];
    private readonly Dictionary<JobId, SortedSet<(long Turn, int Number)>> loaded = [];
    private readonly Dictionary<WorkerId, HashSet<int>> nodes = [];
    private readonly List<int> parked = [];

    /// <summary>Whether there is none that may work.</summary>
    public bool IsEmpty => rested.Count == 0;

    /// <summary>Adds a slot, in place of an earlier request of it.</summary>
    /// <param name="offer">The slot.</param>
    /// <param name="turn">When it was offered last.</param>
    /// <param name="job">The job whose code it has loaded.</param>
    public void Add(Offer<TSlot> offer, long turn, JobId? job)
    {
        Remove(offer.Slot.Number);
        offers[offer.Slot.Number] = (offer, turn, job);
        Enter(offer.Slot.Number, turn, job);
    }

    /// <summary>Takes a slot: first one of the node that is preferred, then one that has loaded the job's code, then the one that has rested longest.</summary>
    /// <param name="job">The job.</param>
    /// <param name="near">The node that is preferred; null for none.</param>
    /// <param name="bestOnly">Whether none will do but one of that node or, without one, one that has loaded the job's code.</param>
    /// <param name="mayWork">Whether a slot may work now; those that may not wait until <see cref="Unpark"/>.</param>
    public Offer<TSlot>? Take(JobId job, WorkerId? near, bool bestOnly, Func<Offer<TSlot>, bool> mayWork)
    {
        while (rested.Count > 0)
        {
            if ((Best(job, near) ?? (bestOnly ? null : Any(job))) is not { } number) return null;
            var (offer, turn, of) = offers[number];
            Leave(number, turn, of);
            if (mayWork(offer))
            {
                offers.Remove(number);
                return offer;
            }
            parked.Add(number);
        }
        return null;
    }

    /// <summary>Slots that might not work may do so now.</summary>
    public void Unpark()
    {
        foreach (var number in parked)
            if (offers.TryGetValue(number, out var known)) Enter(number, known.Turn, known.Job);
        parked.Clear();
    }

    /// <summary>Removes the slots for which something holds.</summary>
    public void RemoveAll(Func<Offer<TSlot>, bool> isGone)
    {
        foreach (var number in offers.Where(known => isGone(known.Value.Offer)).Select(known => known.Key).ToList()) Remove(number);
    }

    private int Any(JobId job) => Loaded(job) ?? rested.Min.Number;

    private int? Best(JobId job, WorkerId? near) => near is { } node ? Near(job, node) : Loaded(job);

    private int? Loaded(JobId job) => loaded.TryGetValue(job, out var ready) ? ready.Min.Number : null;

    /// <summary>Of the few slots of a node that one which has loaded the job's code, or else has rested longest.</summary>
    private int? Near(JobId job, WorkerId node) => nodes.TryGetValue(node, out var numbers) ? numbers.MinBy(number => (offers[number].Job != job, offers[number].Turn, number)) : null;

    private void Remove(int number)
    {
        if (!offers.TryGetValue(number, out var known)) return;
        Leave(number, known.Turn, known.Job);
        offers.Remove(number);
        parked.Remove(number);
    }

    private void Enter(int number, long turn, JobId? job)
    {
        rested.Add((turn, number));
        var node = Wire.Worker(offers[number].Offer.Slot);
        if (!nodes.TryGetValue(node, out var numbers)) nodes[node] = numbers = [];
        numbers.Add(number);
        if (job is not { } of) return;
        if (!loaded.TryGetValue(of, out var near)) loaded[of] = near = [];
        near.Add((turn, number));
    }

    private void Leave(int number, long turn, JobId? job)
    {
        rested.Remove((turn, number));
        var node = Wire.Worker(offers[number].Offer.Slot);
        if (nodes.TryGetValue(node, out var numbers) && numbers.Remove(number) && numbers.Count == 0) nodes.Remove(node);
        if (job is not { } of || !loaded.TryGetValue(of, out var near)) return;
        near.Remove((turn, number));
        if (near.Count == 0) loaded.Remove(of);
    }
}
