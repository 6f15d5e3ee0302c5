using MapReduce.Protocol;

namespace MapReduce.Coordination;

/// <summary>How long jobs pass over free slots because others are better for their next tasks: those of the node that holds most of what these read, or those that have loaded the job's code.</summary>
/// <remarks>
/// Once for each stage. Slots of a node are busy with other jobs then, and one of them may end at any moment; the job waits only until it has got one of them, because a slot that the job itself keeps busy is not worth to wait
/// for. Slots that have loaded the code are busy with the job itself, for a moment only.
/// </remarks>
/// <param name="wait">How long; zero for never.</param>
internal sealed class LocalityWaits(TimeSpan wait)
{
    private readonly Dictionary<JobId, (WorkerId? Near, DateTimeOffset Until)> waits = [];

    /// <summary>Whether a job still passes over other slots than those of a node, or than those that have loaded its code where that is null.</summary>
    public bool IsPatient(JobId job, WorkerId? near, DateTimeOffset now)
        => wait > TimeSpan.Zero && (!waits.TryGetValue(job, out var known) || known.Near != near || now < known.Until);

    /// <summary>A slot was passed over.</summary>
    /// <returns>How long the job waits from now on; null where it waits already.</returns>
    public TimeSpan? Pass(JobId job, WorkerId? near, DateTimeOffset now)
    {
        if (waits.TryGetValue(job, out var known) && known.Near == near) return null;
        waits[job] = (near, now + wait);
        return wait;
    }

    /// <summary>The job has got a slot of the node, and waits no more.</summary>
    public void End(JobId job, WorkerId near) => waits[job] = (near, DateTimeOffset.MinValue);

    /// <summary>The job has other tasks now, or is gone.</summary>
    public void Forget(JobId job) => waits.Remove(job);
}
