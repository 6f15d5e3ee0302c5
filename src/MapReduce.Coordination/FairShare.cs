using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>What a job wants and has.</summary>
/// <param name="Job">The job.</param>
/// <param name="Priority">Its share relative to others; at least 1.</param>
/// <param name="Running">Attempts that run.</param>
/// <param name="Runnable">Tasks that may start at once.</param>
/// <param name="Stragglers">Tasks that a second attempt may help.</param>
public readonly record struct Demand(JobId Job, int Priority, int Running, int Runnable, int Stragglers);

/// <summary>Chooses the job that a free slot goes to.</summary>
/// <remarks>Weighted fair sharing: the slot goes to the job whose running attempts are fewest for its priority. Second attempts come last of all.</remarks>
public static class FairShare
{
    /// <summary>The job that is next; null where none wants anything. Of equals the first in the list, so give them in the order of submission.</summary>
    public static JobId? Choose(IEnumerable<Demand> demands)
    {
        Demand? next = null;
        foreach (var demand in demands)
        {
            if (demand.Runnable == 0 && demand.Stragglers == 0) continue;
            if (next is not { } best || IsBefore(demand, best)) next = demand;
        }
        return next?.Job;
    }

    private static bool IsBefore(Demand left, Demand right)
    {
        if (left.Runnable > 0 != right.Runnable > 0) return left.Runnable > 0;
        var difference = (long)left.Running * right.Priority - (long)right.Running * left.Priority;
        return difference != 0 ? difference < 0 : left.Priority > right.Priority;
    }
}
