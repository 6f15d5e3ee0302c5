namespace MapReduce.Api;

/// <summary>What a single failed attempt says of its cause.</summary>
internal static class Explanation
{
    private static readonly string[] Fatal = ["InputChanged", "BadInput", "TooManyBadRecords", "Definition", "NotDeterministic", "Publish", "BadOutput"];

    /// <summary>Whether a failure of this reason fails a job at once.</summary>
    public static bool IsFatal(string? reason) => Fatal.Contains(reason);

    /// <summary>Explains a failure.</summary>
    public static Finding Of(JobEventDetails failure, JobStory story, NodeStates nodes)
    {
        var message = failure.Message ?? "";
        Finding Is(string kind, string sentence, string advice) => Make(kind, failure, nodes, sentence, advice);
        switch (failure.Reason)
        {
            case "UserCode":
                return UserCode.Of(failure, story, nodes);
            case "TooManyBadRecords":
                return Is(FindingKind.TooManyBadRecords, "More records are bad than may be passed over.", "Look at the record below. Mend the input or the mapper, or allow more with --skip-bad.");
            case "ExecutorExited":
                return ExecutorEnd.Of(failure, nodes);
            case "TimedOut":
                return Is(FindingKind.EndlessLoop, "The code came to no end: the attempt made no progress and was stopped.",
                    $"Look for a loop that does not end, or a call that waits for ever: mr job replay JOB {JobStory.TaskOf(failure.Attempt ?? "TASK")} --debug stops where it hangs. If a piece of input may take so long, allow more with --timeout.");
            case "OutOfMemory":
                return Is(FindingKind.OutOfMemory, "The job's code took more memory than an executor may have.", "Keep less in memory: stream values instead of collecting them, bound caches. Or allow more with --memory-limit, where the machines have it.");
            case "TooManyThreads":
                return Is(FindingKind.TooManyThreads, "The job's code started threads without end.", "Let the code end the threads that it starts, or start none: tasks already use all processors.");
            case "Definition":
                return FailureText.NamesMissingDependency(message)
                    ? Missing(failure, nodes)
                    : Is(FindingKind.Definition, "The job cannot be loaded, or its definition contradicts itself.", "Mend the job as the message says. mr run shows the same on this machine.");
            case "NotDeterministic":
                return Is(FindingKind.NotDeterministic, "The job does not do the same each time that it runs on the same input.",
                    "Let Define and the mappers depend only on inputs and arguments: not on time, chance, static state, or the order of a hash table. A seed may be an argument.");
            case "InputChanged":
                return Is(FindingKind.InputChanged, "An input was changed, shortened or removed while the job ran.", "Let whoever writes it finish first, or read a copy; then submit the job again.");
            case "BadOutput":
                return Database(failure, nodes);
            case "BadInput":
                return FailureText.NamesDatabase(message) ? Database(failure, nodes) : Is(FindingKind.BadInput, "An input is missing, or cannot be decoded.", "Check the path on the nodes, and the file: gzip -t, or the format that the job reads.");
            case "CorruptData" when story.DamagedDatasets.Any(damaged => failure.Attempt is { } task && JobStory.TaskOf(damaged.Attempt!) == task):
                return Surroundings.OfDatasets(failure, 1, ", each time that they were made", nodes);
            case "CorruptData":
                return Is(FindingKind.CorruptSegment, "Intermediate data is damaged: what is read is not what was written.", "Look at the disk and the memory of that node (smartctl, the system's log), and drain it: mr node drain NODE.");
            case "OutputFull":
                return Is(FindingKind.DiskFull, "The disk of the output is full.", "Free some space where the file below is, or give the job another output.");
            case "DiskFull":
                return Is(FindingKind.DiskFull, $"A disk of {failure.Node ?? "a node"} is full.", "Free some space where the file below is, or give the node or the output another folder.");
            case "Publish" when story.DamagedParts.Any(damaged => failure.Attempt is { } task && JobStory.TaskOf(damaged.Attempt!) == task):
                return Surroundings.OfParts(failure, 1, ", each time that they were made", nodes);
            case "Publish":
                return Is(FindingKind.Publish, "The output was complete, and could not be put in its place.", "Mend what the message names; then submit the job again.");
            case "LeaseExpired":
                return Is(FindingKind.SilentNode, $"{failure.Node ?? "A node"} was not heard of for longer than a lease lasts.", "See whether the machine is overloaded, suspended or cut off. Give it fewer slots, or raise mapreduce.master.lease.");
            case "WorkerLost" or "FetchFailed":
                return Surroundings.Of(failure, [failure], story, nodes);
            case "Storage":
                return FailureText.NamesDatabase(message) ? Database(failure, nodes) : Is(FindingKind.Storage, "A file could not be read or written.", "See whether the path is there and may be written to on that node.");
            case { } reason when FailureText.NamesDatabase(reason):
                return Database(failure, nodes);
            default:
                return Is(FindingKind.Other, $"The attempt failed for the reason {failure.Reason}.", "Read the message and the attempt's log: mr job logs.");
        }
    }

    /// <summary>A finding about a failure, with all that its message tells.</summary>
    public static Finding Make(string kind, JobEventDetails failure, NodeStates nodes, string sentence, string advice)
    {
        var text = FailureText.Read(failure.Message ?? "");
        return new Finding
        {
            Kind = kind,
            Sentence = sentence,
            Advice = advice,
            Reason = failure.Reason,
            Task = failure.Attempt is { } attempt ? JobStory.TaskOf(attempt) : null,
            Attempt = failure.Event == "JobFailed" ? null : failure.Attempt,
            At = failure.At,
            Node = failure.Node,
            NodeState = nodes.Of(failure.Node),
            File = text.File,
            Offset = text.Offset,
            Record = text.Record,
            Exception = text.Exception,
            Place = text.Place,
            Message = failure.Message,
        };
    }

    /// <summary>Something is not in the job's package.</summary>
    public static Finding Missing(JobEventDetails failure, NodeStates nodes) => Make(FindingKind.MissingDependency, failure, nodes, "The job needs an assembly or a library that is not in its package.",
        "Submit the project folder rather than a single .dll, or let the project copy all that it needs: EnableDynamicLoading, or dotnet publish.");

    /// <summary>A database did not take what the job wrote.</summary>
    public static Finding Database(JobEventDetails failure, NodeStates nodes) => Make(FindingKind.DatabaseRefused, failure, nodes, "The database refused the job, or could not be reached.",
        "Check from that node that the server is up, the password and the rights hold, and that table, columns and constraints fit what the job writes.");
}
