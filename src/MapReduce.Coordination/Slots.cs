using System.Runtime.InteropServices;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

/// <summary>The slots that the job master has heard of.</summary>
internal sealed class Slots(TimeSpan absence)
{
    private readonly Dictionary<int, Entry> slots = [];
    private readonly Dictionary<JobId, int> loaded = [];

    /// <summary>A slot was heard of.</summary>
    public Entry Heard(Slot slot, DateTimeOffset now)
    {
        var entry = slots.GetValueOrDefault(slot.Number);
        if (entry is null || entry.Worker != Wire.Worker(slot))
        {
            if (entry is not null) Unload(entry);
            slots[slot.Number] = entry = new Entry(Wire.Worker(slot));
        }
        entry.HeardAt = now;
        return entry;
    }

    /// <summary>The slot, if it lives on the node that is meant.</summary>
    public Entry? Find(Slot slot) => slots.GetValueOrDefault(slot.Number) is { } entry && entry.Worker == Wire.Worker(slot) ? entry : null;

    /// <summary>Forgets slots whose nodes are gone.</summary>
    public void Keep(Func<WorkerId, bool> isMember)
    {
        foreach (var (number, entry) in slots.Where(slot => !isMember(slot.Value.Worker)).ToList())
        {
            Unload(entry);
            slots.Remove(number);
        }
    }

    /// <summary>A slot is offered to a job, whose code it has loaded from then on.</summary>
    public void Offer(Entry slot, JobId job, long turn)
    {
        Unload(slot);
        loaded[job] = loaded.GetValueOrDefault(job) + 1;
        (slot.IsOffered, slot.Job, slot.Turn) = (true, job, turn);
    }

    /// <summary>Whether a slot has loaded a job's code, busy or not.</summary>
    public bool HaveLoaded(JobId job) => loaded.ContainsKey(job);

    /// <summary>A job is gone: what it was asked for, another may answer.</summary>
    public void Withdraw(JobId job)
    {
        foreach (var slot in slots.Values)
            if (slot.Job == job) slot.IsOffered = false;
    }

    /// <summary>How many slots are offered to a job, or run an attempt.</summary>
    public int Held => slots.Values.Count(slot => slot.IsOffered || slot.Attempt is not null);

    /// <summary>How many slots of a node run an attempt.</summary>
    public int Busy(WorkerId worker) => slots.Values.Count(slot => slot.Worker == worker && slot.Attempt is not null);

    /// <summary>The lowest numbers of slots that do not live, so that as many live as there are.</summary>
    /// <param name="total">How many slots the members offer together.</param>
    /// <param name="now">The time.</param>
    public IEnumerable<int> Missing(int total, DateTimeOffset now)
    {
        var alive = slots.Where(slot => now - slot.Value.HeardAt < absence).Select(slot => slot.Key).ToHashSet();
        var wanted = total - alive.Count;
        for (var number = 0; wanted > 0 && number < total; number++)
        {
            if (alive.Contains(number)) continue;
            wanted--;
            yield return number;
        }
    }

    private void Unload(Entry slot)
    {
        if (slot.Job is not { } job) return;
        if (--CollectionsMarshal.GetValueRefOrAddDefault(loaded, job, out _) == 0) loaded.Remove(job);
    }

    /// <summary>A slot.</summary>
    internal sealed class Entry(WorkerId worker)
    {
        public WorkerId Worker { get; } = worker;

        public DateTimeOffset HeardAt { get; set; }

        /// <summary>The latest request for work.</summary>
        public long Request { get; set; }

        /// <summary>Whether a job has been asked to answer the request, and has not yet.</summary>
        public bool IsOffered { get; set; }

        /// <summary>The job that the slot worked for last, whose code it has loaded.</summary>
        public JobId? Job { get; set; }

        /// <summary>When the slot was offered last, as a number that grows.</summary>
        public long Turn { get; set; }

        /// <summary>What the slot runs, as far as is known.</summary>
        public (JobId Job, AttemptId Attempt)? Attempt { get; set; }
    }
}
