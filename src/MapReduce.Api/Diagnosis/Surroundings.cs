namespace MapReduce.Api;

/// <summary>Tells lost nodes, lost map outputs and damaged ones apart, whichever of their consequences was seen first.</summary>
internal static class Surroundings
{
    private const string NodeAdvice = "See why the node went: its log, and that of the machine (memory, power, network). Start it again with mr cluster add, or mr node start on its machine.";

    /// <summary>Why a job failed that lost its work too often.</summary>
    public static Finding Of(JobEventDetails end, IReadOnlyList<JobEventDetails> ofTask, JobStory story, NodeStates nodes)
    {
        var map = end.Attempt;
        // A reducer that cannot fetch names the map attempt; what became of that output is the cause.
        var output = story.LostOutputs.FirstOrDefault(lost => JobStory.TaskOf(lost.Event.Attempt!) == map || ofTask.Any(failure => failure.At == lost.Event.At));
        if (output.Event is { } lost) return OfOutput(lost, output.Holder, story, nodes) with { Task = end.Attempt };
        var node = ofTask.Count > 0 ? ofTask[0].Node : null;
        if (end.Reason == "FetchFailed")
            return Explanation.Make(FindingKind.LostMapOutput, ofTask.Count > 0 ? ofTask[0] : end, nodes, "A reducer could not fetch the map outputs that it needs.", "See that the nodes reach each other's HTTP ports, and that their disks keep what is written.");
        var different = ofTask.Select(failure => failure.Node).Distinct().Count();
        return Explanation.Make(FindingKind.LostNode, ofTask.Count > 0 ? ofTask[0] : end, nodes,
            $"{node ?? "A node"} was lost{(ofTask.Count > 1 ? $", and {ofTask.Count - 1} times more a node that ran the same task" : "")}.",
            different > 1 ? $"The task may take nodes down with it: compare the memory of the machines with slots times --memory-limit. {NodeAdvice}" : NodeAdvice);
    }

    /// <summary>What became of finished files of the output.</summary>
    /// <param name="about">The event that names the file.</param>
    /// <param name="tasks">How many tasks had such files.</param>
    /// <param name="end">What followed.</param>
    /// <param name="nodes">The nodes.</param>
    public static Finding OfParts(JobEventDetails about, int tasks, string end, NodeStates nodes) => Explanation.Make(FindingKind.DamagedPart, about, nodes,
        $"Files that {Count(tasks, "task")} had finished for the output were damaged or removed before they were published{end}.",
        "Look at the disk or the network storage of the output (smartctl, the system's log), and for whatever else writes beside the output: the folders that begin with .NAME.mr- are the job's.");

    /// <summary>What became of files between stages.</summary>
    /// <param name="about">The event that names the file.</param>
    /// <param name="tasks">How many tasks had such files.</param>
    /// <param name="end">What followed.</param>
    /// <param name="nodes">The nodes.</param>
    public static Finding OfDatasets(JobEventDetails about, int tasks, string end, NodeStates nodes) => Explanation.Make(FindingKind.DamagedDataset, about, nodes,
        $"Files that {Count(tasks, "task")} had made for later stages were damaged or removed before they were read{end}.",
        "Look at the disk or the network storage of the output, where these files are kept while the job runs (smartctl, the system's log), and for whatever else writes beside the output: the folders that begin with .NAME.mr- are the job's.");

    /// <summary>What a job lost and made again, the first of it first.</summary>
    public static IEnumerable<Finding> Losses(JobStory story, NodeStates nodes)
    {
        foreach (var (node, at) in story.LostNodes.OrderBy(lost => lost.Value))
        {
            var attempts = story.Failures.Count(failure => failure.Reason == "WorkerLost" && failure.Node == node);
            var outputs = story.LostOutputs.Count(lost => lost.Holder == node);
            yield return new Finding
            {
                Kind = FindingKind.LostNode,
                Sentence = $"{node} was lost, and with it {Count(attempts, "attempt")} and {Count(outputs, "map output")}, which were made again.",
                Advice = NodeAdvice,
                Reason = "WorkerLost",
                Attempt = story.Failures.FirstOrDefault(failure => failure.Reason == "WorkerLost" && failure.Node == node)?.Attempt,
                At = at,
                Node = node,
                NodeState = nodes.Of(node),
            };
        }
        foreach (var (lost, holder) in story.LostOutputs.Where(lost => lost.Holder is null || !story.LostNodes.ContainsKey(lost.Holder)).DistinctBy(lost => (lost.Holder, IsDamaged(lost.Event))))
            yield return OfOutput(lost, holder, story, nodes);
        if (story.DamagedParts.Count > 0)
            yield return OfParts(story.DamagedParts[0], TasksOf(story.DamagedParts), ", and were made again", nodes);
        if (story.DamagedDatasets.Count > 0)
            yield return OfDatasets(story.DamagedDatasets[0], TasksOf(story.DamagedDatasets), ", and were made again", nodes);
    }

    /// <summary>How many of something.</summary>
    public static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static int TasksOf(List<JobEventDetails> damaged) => damaged.Select(@event => JobStory.TaskOf(@event.Attempt!)).Distinct().Count();

    private static Finding OfOutput(JobEventDetails lost, string? holder, JobStory story, NodeStates nodes)
    {
        var about = lost with { Node = holder };
        if (IsDamaged(lost))
            return Explanation.Make(FindingKind.CorruptSegment, about, nodes, $"The output of {lost.Attempt} on {holder ?? "its node"} is damaged: what is read is not what was written.",
                "Look at the disk and the memory of that node (smartctl, the system's log), and drain it: mr node drain NODE.");
        if (holder is not null && (story.LostNodes.ContainsKey(holder) || nodes.Of(holder) is not ("up" or "draining" or "quarantined")))
            return Explanation.Make(FindingKind.LostNode, about, nodes, $"{holder} was lost with the output of {lost.Attempt}, which a reducer still needed.", NodeAdvice);
        return Explanation.Make(FindingKind.LostMapOutput, about, nodes, $"The output of {lost.Attempt} could not be had from {holder ?? "its node"}, which is there.",
            "See whether something removes files from the node's folder or its disk was changed, and whether the nodes reach each other's HTTP ports.");
    }

    private static bool IsDamaged(JobEventDetails lost) => lost.Message?.Contains("damaged", StringComparison.Ordinal) == true;
}
