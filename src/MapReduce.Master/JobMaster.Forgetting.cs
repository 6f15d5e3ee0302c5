using Akka.Actor;
using Akka.Event;
using MapReduce.Coordination;
using MapReduce.Protocol;

namespace MapReduce.Master;

public sealed partial class JobMaster
{
    private const int RemovalsOfTick = 10;

    private static readonly TimeSpan RemoveRetry = TimeSpan.FromSeconds(10);

    // Jobs whose journals are being removed, and of which nobody is told any more.
    private readonly HashSet<JobId> forgetting = [];

    private void TrimHistory()
    {
        foreach (var job in settings.History.Surplus(Registry, Now).Take(RemovalsOfTick).ToList()) Forget(job);
    }

    /// <summary>Removes a job's journal, which nobody has to read for that, and then forgets the job.</summary>
    private void Forget(JobRecord record)
    {
        var job = JobId.Parse(record.Spec.Id);
        if (!forgetting.Add(job)) return;
        if (jobs.TryGetValue(job, out var process)) process.Tell(new MasterMessages.Forget());
        else RemoveJournal(job);
    }

    private void RemoveJournal(JobId job) => history.RemoveAsync(job).PipeTo(Self, Self, () => new Removed(job, null), exception => new Removed(job, exception));

    private void OnRemoved(Removed removed)
    {
        if (removed.Error is null)
        {
            protocol.Forget(removed.Job.ToString(), Now, () => forgetting.Remove(removed.Job));
            return;
        }
        log.Warning(removed.Error, "The journal of job {Job} cannot be removed now; it is tried again.", removed.Job);
        Timers.StartSingleTimer((nameof(RemoveAgain), removed.Job), new RemoveAgain(removed.Job), RemoveRetry);
    }

    private sealed record Removed(JobId Job, Exception? Error);

    private sealed record RemoveAgain(JobId Job);
}
