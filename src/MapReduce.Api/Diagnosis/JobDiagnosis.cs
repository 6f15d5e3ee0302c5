using System.Globalization;

namespace MapReduce.Api;

/// <summary>Says why a job failed or is slow, from what is known of it. Pure: the same history gives the same diagnosis.</summary>
public static class JobDiagnosis
{
    private const int MostFindings = 8;

    /// <summary>Diagnoses a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="events">All of its events, in order.</param>
    /// <param name="nodes">The nodes of the cluster as they are now.</param>
    /// <param name="now">The time, for what still runs.</param>
    public static Diagnosis Of(JobDetails job, IReadOnlyList<JobEventDetails> events, IReadOnlyList<NodeDetails> nodes, DateTimeOffset now)
    {
        var story = new JobStory(events, job.Ended ?? now);
        var states = new NodeStates(nodes);
        var findings = LostTime.Of(job, story, states, now).ToList();
        var cause = job.Phase == "failed" ? FirstCause.Of(job, story, states) : findings.FirstOrDefault();
        findings.RemoveAll(finding => ReferenceEquals(finding, cause) || (cause is not null && finding.Kind == cause.Kind && finding.Node == cause.Node));
        return new Diagnosis
        {
            Job = job.Id,
            Name = job.Name,
            Phase = job.Phase,
            Summary = Summary(job, cause, story, now),
            Cause = cause is null ? null : Named(cause, job),
            Findings = [.. findings.Take(MostFindings).Select(finding => Named(finding, job))],
            Failures = [.. story.Failures.GroupBy(failure => failure.Reason!).Select(Group)],
        };
    }

    /// <summary>Commands in advice name the job, so that they can be copied.</summary>
    private static Finding Named(Finding finding, JobDetails job) => finding with { Advice = finding.Advice.Replace(" JOB", $" {job.Id[..8]}", StringComparison.Ordinal) };

    private static FailureGroup Group(IGrouping<string, JobEventDetails> reason)
        => new(reason.Key, reason.Count(), reason.Select(failure => JobStory.TaskOf(failure.Attempt!)).Distinct().Count(), [.. reason.Select(failure => failure.Node!).Distinct().Order(StringComparer.Ordinal)], reason.First().Attempt!, reason.First().At);

    private static string Summary(JobDetails job, Finding? cause, JobStory story, DateTimeOffset now)
    {
        var took = (job.Ended ?? now) - job.Submitted;
        var time = took.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)took.TotalMinutes} min {took.Seconds} s") : string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s");
        var reigns = story.Reigns > 0 ? $" The job master moved {Surroundings.Count(story.Reigns, "time")}." : "";
        var state = job.Phase switch
        {
            "running" or "committing" => $"{job.Name} has been {job.Phase} for {time}",
            "cancelled" => $"{job.Name} was cancelled after {time}",
            _ => $"{job.Name} {job.Phase} after {time}",
        };
        if (job.Phase == "failed") return $"{state}. {cause!.Sentence}{reigns}";
        return cause is null ? $"{state}. Nothing held it up.{reigns}" : $"{state}. What held it up most: {cause.Sentence}{reigns}";
    }
}
