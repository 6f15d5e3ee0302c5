using System.Globalization;

namespace MapReduce.Api;

/// <summary>Finds what makes a job slow, failed or not.</summary>
internal static class LostTime
{
    private const double Much = 2;
    private const int Enough = 4;
    private const long Large = 256L << 20;
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(5);

    /// <summary>All of it, most important first.</summary>
    public static IEnumerable<Finding> Of(JobDetails job, JobStory story, NodeStates nodes, DateTimeOffset now)
        => [.. Surroundings.Losses(story, nodes), .. Waits(job, story, nodes, now), .. Uneven(job, story, nodes), .. Retries(job, story, nodes), .. Spills(job), .. Few(job, nodes)];

    private static IEnumerable<Finding> Waits(JobDetails job, JobStory story, NodeStates nodes, DateTimeOffset now)
    {
        var closed = nodes.Closed.Count > 0 ? $" {string.Join("; ", nodes.Closed)}." : "";
        if (job is { Phase: "running", RunningAttempts: 0 })
            yield return Plain(FindingKind.Waiting, $"The job waits: none of its tasks runs, and {nodes.Busy} of {nodes.Slots} slots are busy.{closed}",
                nodes.Slots == 0 ? "No node takes work: start nodes, or see why they do not." : "Other jobs have the slots: raise --priority, add nodes, or wait.");
        else if ((story.FirstStart ?? now) - job.Submitted > LongWait)
            yield return Plain(FindingKind.Waiting, string.Create(CultureInfo.InvariantCulture, $"The first task began {((story.FirstStart ?? now) - job.Submitted).TotalSeconds:0} s after the job was submitted: no slot was free.{closed}"), "Raise --priority, or add nodes.");
    }

    private static IEnumerable<Finding> Uneven(JobDetails job, JobStory story, NodeStates nodes)
    {
        foreach (var group in story.Runs.GroupBy(run => JobStory.GroupOf(JobStory.TaskOf(run.Attempt))).Where(group => group.Count() >= Enough).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var median = Median(group.Select(run => run.Took.TotalSeconds));
            var slow = group.Where(run => run.Took.TotalSeconds > Much * median && run.Took.TotalSeconds - median > Noticeable.TotalSeconds).OrderByDescending(run => run.Took).ToList();
            var bytes = Median(group.Where(run => run.Bytes is not null).Select(run => (double)run.Bytes!));
            var fat = group.Where(run => bytes > 0 && run.Bytes > Much * bytes && run.Bytes > 1 << 20).MaxBy(run => run.Bytes);
            if (fat is not null && (slow.Count == 0 || slow.Any(run => run.Attempt == fat.Attempt))) yield return Skew(job, group.Key, fat, bytes, nodes);
            else if (slow.Count > 1 && slow.All(run => run.Node == slow[0].Node) && group.Any(run => run.Node != slow[0].Node)) yield return About(FindingKind.SlowNode, slow[0], nodes,
                string.Create(CultureInfo.InvariantCulture, $"{slow[0].Node} is slow: all {slow.Count} stragglers among the {JobStory.NameOf(group.Key)} ran there, the slowest for {slow[0].Took.TotalSeconds:0.0} s where half took {median:0.0} s."),
                "See what else the machine does, its disk and its temperature. mr node drain NODE keeps work away from it.");
            else if (slow.Count > 0) yield return About(FindingKind.Straggler, slow[0], nodes,
                string.Create(CultureInfo.InvariantCulture, $"{JobStory.TaskOf(slow[0].Attempt)} {(slow[0].IsOver ? "took" : "runs for")} {slow[0].Took.TotalSeconds:0.0} s on {slow[0].Node}, where half of the {JobStory.NameOf(group.Key)} took at most {median:0.0} s{(slow.Count > 1 ? $"; {Surroundings.Count(slow.Count - 1, "other")} as well" : "")}."),
                "Its input is no larger than that of others, so look at its records (mr job replay JOB TASK) and at the node.");
        }
    }

    private static Finding Skew(JobDetails job, string group, JobStory.Run fat, double median, NodeStates nodes)
    {
        var isReduce = group[^1] == 'r';
        var key = isReduce && job.HotKeys.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $" The heaviest key is '{job.HotKeys[0].Key}' ({job.HotKeys[0].Weight}).") : "";
        return About(FindingKind.Skew, fat, nodes,
            string.Create(CultureInfo.InvariantCulture, $"{JobStory.TaskOf(fat.Attempt)} has {fat.Bytes / 1048576.0:0.0} MiB, where half of the {JobStory.NameOf(group)} have at most {median / 1048576:0.0} MiB.{key}"),
            isReduce
                ? "Let an aggregator fold values before the shuffle, split the heavy key (add a number to it and sum in a second stage), or give more --partitions."
                : "Split large compressed files, which one task must read alone, or use zstd or plain files; lower --split.");
    }

    private static IEnumerable<Finding> Retries(JobDetails job, JobStory story, NodeStates nodes)
    {
        if (story.Differences.Count > 0)
            yield return Explanation.Make(FindingKind.NotDeterministic, story.Differences[0] with { Reason = "NotDeterministic" }, nodes, $"{Surroundings.Count(story.Differences.Count, "map task")} ran again and made another output than before, which the job allows.",
                "If the result must be the same each time, let mappers depend only on their input and arguments: not on time, chance or static state.");
        // Who could not read a file between stages is told of with that file.
        var failed = story.Failures.Where(failure => failure.Reason == "FetchFailed" && failure.Message?.Contains("made for later stages", StringComparison.Ordinal) != true).ToList();
        var damaged = failed.Where(failure => failure.Message?.Contains("damaged", StringComparison.Ordinal) == true && story.LostOutputs.All(lost => lost.Event.At != failure.At)).ToList();
        if (damaged.Count > 0)
            yield return Explanation.Make(FindingKind.CorruptSegment, damaged[0], nodes, $"{Surroundings.Count(damaged.Count, "time")} a share of a map output came damaged, and was fetched again.", "Look at the network between the nodes, and at the disk and the memory of the node that fetched.");
        var fetches = failed.Except(damaged).ToList();
        if (fetches.Count > 0)
            yield return Explanation.Make(FindingKind.FetchRetries, fetches[0], nodes, $"{Surroundings.Count(fetches.Count, "time")} a reducer could not fetch map outputs and began again.", "If no node was lost, see that the nodes reach each other's HTTP ports and are not overloaded.");
        foreach (var reason in story.Failures.Where(failure => !JobStory.IsBlameless(failure)).GroupBy(failure => failure.Reason))
        {
            if (job.Phase == "failed" && reason.Key == story.Failed?.Reason) continue;
            var first = Explanation.Of(reason.First(), story, nodes);
            // What recurs but does not fail the task is explained as the cause would be, and named by it.
            yield return first with { Kind = first.Kind is FindingKind.ThrowingMapper or FindingKind.ThrowingReducer or FindingKind.PoisonRecord ? FindingKind.Retries : first.Kind, Sentence = $"{Surroundings.Count(reason.Count(), "attempt")} failed and ran again: {first.Sentence}" };
        }
    }

    private static IEnumerable<Finding> Spills(JobDetails job)
    {
        if (job.SpilledBytes > 0)
            yield return Plain(FindingKind.Spills, string.Create(CultureInfo.InvariantCulture, $"{job.SpilledBytes / 1048576.0:0.0} MiB did not fit into memory and went by disk{(job.ShuffleBytes > 0 ? $", {100.0 * job.SpilledBytes / job.ShuffleBytes:0} % of the shuffle" : "")}."),
                "Give tasks more --memory, or make them smaller with more --partitions.");
    }

    private static IEnumerable<Finding> Few(JobDetails job, NodeStates nodes)
    {
        if (job.Stages.Count > 0 && job.Stages[0] is { Planned: true, Maps: > 0 } first && first.Maps < nodes.Slots && job.InputBytes > Large)
            yield return Plain(FindingKind.FewTasks, $"{Surroundings.Count(first.Maps, "map task")} cannot keep {nodes.Slots} slots busy.", "Lower --split. A file compressed with gzip is one task: split it, or keep it plain.");
    }

    private static Finding Plain(string kind, string sentence, string advice) => new() { Kind = kind, Sentence = sentence, Advice = advice };

    private static Finding About(string kind, JobStory.Run run, NodeStates nodes, string sentence, string advice)
        => Plain(kind, sentence, advice) with { Task = JobStory.TaskOf(run.Attempt), Attempt = run.Attempt, Node = run.Node, NodeState = nodes.Of(run.Node) };

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[(sorted.Count - 1) / 2];
    }
}
