using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>What a job wants and has.</summary>
/// <param name="Job">The job.</param>
/// <param name="Priority">Its share relative to others; at least 1.</param>
/// <param name="Running">Attempts that run.</param>
/// <param name="Runnable">Tasks that may start at once.</param>
/// <param name="Stragglers">Tasks that a second attempt may help.</param>
/// <param name="Near">The node that holds most of what the tasks read that are next; null where none is better than another.</param>
/// <param name="IsSmall">Whether those read so little together that a slot which has loaded the job's code is done with all of them before another has.</param>
public readonly record struct Demand(JobId Job, int Priority, int Running, int Runnable, int Stragglers, WorkerId? Near = null, bool IsSmall = false);

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
            if (next is not { } best || Compare(demand, best) < 0) next = demand;
        }
        return next?.Job;
    }

    /// <summary>Negative where a free slot goes to the left job rather than to the right one; zero where both have the same claim.</summary>
    internal static int Compare(Demand left, Demand right)
    {
        if (left.Runnable > 0 != right.Runnable > 0) return left.Runnable > 0 ? -1 : 1;
        var difference = (long)left.Running * right.Priority - (long)right.Running * left.Priority;
        return difference != 0 ? Math.Sign(difference) : right.Priority.CompareTo(left.Priority);
    }
}
