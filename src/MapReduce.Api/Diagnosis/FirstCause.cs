namespace MapReduce.Api;

/// <summary>Finds what a failed job failed of: the first cause, not what followed from it.</summary>
internal static class FirstCause
{
    /// <summary>Why the job failed.</summary>
    public static Finding Of(JobDetails job, JobStory story, NodeStates nodes)
    {
        var end = story.Failed ?? new JobEventDetails { Revision = job.Revision, Event = "JobFailed", At = job.Ended ?? job.Submitted, Reason = job.Failure?.Reason, Message = job.Failure?.Message, Attempt = job.Failure?.Task };
        var ofTask = end.Attempt is { } task ? story.Failures.Where(failure => JobStory.TaskOf(failure.Attempt!) == task).ToList() : [];
        if (JobStory.IsBlameless(end)) return Surroundings.Of(end, ofTask, story, nodes);
        return Explanation.Of(Choose(end, ofTask), story, nodes) with { Task = end.Attempt };
    }

    /// <summary>The failure that counts: of the reason that most attempts at the task failed of, and of several such the earlier; of that reason the first.</summary>
    /// <remarks>An attempt that was merely not heard of says nothing where others have said why they failed.</remarks>
    private static JobEventDetails Choose(JobEventDetails end, List<JobEventDetails> ofTask)
    {
        // What fails the job at once is told by the attempt that it failed with.
        if (ofTask.Count == 0 || ofTask.All(failure => failure.Reason != end.Reason)) return end;
        var counted = ofTask.Where(failure => !JobStory.IsBlameless(failure)).ToList();
        if (Explanation.IsFatal(end.Reason)) return counted.Last(failure => failure.Reason == end.Reason);
        var told = counted.Where(failure => failure.Reason != "LeaseExpired").ToList();
        return (told.Count > 0 ? told : counted).GroupBy(failure => failure.Reason).OrderByDescending(reason => reason.Count()).First().First();
    }
}
